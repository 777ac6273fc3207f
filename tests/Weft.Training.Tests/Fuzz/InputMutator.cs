using System.Text;

namespace Weft.Training.Tests;

/// <summary>Makes wrong inputs out of right ones: flipped bits, missing, repeated and foreign pieces, and in text one word for another.</summary>
internal sealed class InputMutator(int seed)
{
    private static readonly string[] Words =
    [
        "null", "[]", "{}", "\"\"", "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
        "-9223372036854775808", "1e308", "1e-320", "1e999", "NaN", "\"NaN\"",
        "Infinity", "true", "\"x\"", "[null]", "[[]]", "{\"a\":1}", ",", ":", "\n", "\"", "\\", "é", "\0", "- ", "&a", "*a", "!!int", "<<", "---\n",
    ];

    private readonly Random _random = new(seed);

    public byte[] Mutate(byte[] right)
    {
        var bytes = right.ToList();
        for (var more = 1 + _random.Next(3); more > 0; more--)
            Change(bytes);
        return [.. bytes];
    }

    /// <summary>As the other, without bytes that are no text.</summary>
    public string Mutate(string right)
    {
        var text = right;
        for (var more = 1 + _random.Next(3); more > 0; more--)
            text = _random.Next(3) > 0 ? ReplaceWord(text) : Encoding.UTF8.GetString(Mutate(Encoding.UTF8.GetBytes(text)));
        return text;
    }

    private void Change(List<byte> bytes)
    {
        var at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        var some = Math.Min(bytes.Count - at, 1 + _random.Next(1 << _random.Next(8)));
        switch (_random.Next(8))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = (byte)(_random.Next(3) switch { 0 => 0, 1 => 255, _ => _random.Next(256) });
                break;
            case 2:
                bytes.RemoveRange(at, some);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, some));
                break;
            case 4:
                bytes.InsertRange(at, Enumerable.Range(0, some).Select(_ => (byte)_random.Next(256)));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 when bytes.Count >= at + 4: // a length or a size
                for (var i = 0; i < 4; i++)
                    bytes[at + i] = (byte)(_random.Next(4) switch { 0 => 0, 1 => 255, 2 => 127, _ => _random.Next(256) });
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[_random.Next(Words.Length)]));
                break;
        }
    }

    private string ReplaceWord(string text)
    {
        if (text.Length == 0)
            return Words[_random.Next(Words.Length)];
        var from = _random.Next(text.Length);
        while (from > 0 && IsWord(text[from]) && IsWord(text[from - 1]))
            from--;
        var to = from + 1;
        while (to < text.Length && IsWord(text[from]) && IsWord(text[to]))
            to++;
        return string.Concat(text.AsSpan(0, from), Words[_random.Next(Words.Length)], text.AsSpan(to));
    }

    private static bool IsWord(char letter) => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '+' or '_';
}
