using System.Buffers.Binary;
using System.Text;

namespace Weft.Tests.Shared;

/// <summary>
/// Makes wrong inputs out of right ones: flipped bits, missing, repeated and foreign pieces, wrong lengths, the beginning of one with the end of another, and
/// in text one word for another.
/// </summary>
internal sealed class InputMutator(int seed)
{
    // Headers are where the numbers stand, and ends where directories and checksums do.
    private const int HeaderBytes = 64;

    private static readonly string[] Words =
    [
        "null", "[]", "{}", "\"\"", "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
        "-9223372036854775808", "1e308", "1e-320", "1e999", "NaN", "\"NaN\"",
        "Infinity", "true", "\"x\"", "[null]", "[[]]", "{\"a\":1}", ",", ":", "\n", "\"", "\\", "é", "\0", "- ", "&a", "*a", "!!int", "<<", "---\n",
    ];

    private const int NumbersInWords = 15; // from "0" on

    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 100_000_000, int.MaxValue, 1U << 31, uint.MaxValue, 1UL << 32,
        long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 7,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A wrong input of a format.</summary>
    public byte[] Mutate(FuzzedFormat format)
    {
        var right = format.Seeds[_random.Next(format.Seeds.Count)];
        var mutated = Mutate(right, format);
        return format.Wrap(format.Repair is { } repair && _random.Next(2) == 0 ? repair(mutated) : mutated);
    }

    public byte[] Mutate(byte[] right, FuzzedFormat? format = null)
    {
        var bytes = right.ToList();
        for (var more = 1 + _random.Next(4); more > 0; more--)
            Change(bytes, format);
        return [.. bytes];
    }

    /// <summary>One of several texts, mutated.</summary>
    public string Mutate(string[] right) => Mutate(right[_random.Next(right.Length)]);

    /// <summary>As the other, without bytes that are no text.</summary>
    public string Mutate(string right)
    {
        var text = right;
        for (var more = 1 + _random.Next(3); more > 0; more--)
            text = _random.Next(3) > 0 ? ReplaceWord(text) : Encoding.UTF8.GetString(Mutate(Encoding.UTF8.GetBytes(text)));
        return text;
    }

    private void Change(List<byte> bytes, FuzzedFormat? format)
    {
        var at = Place(bytes.Count);
        var some = Math.Min(bytes.Count - at, 1 + _random.Next(1 << _random.Next(8)));
        switch (_random.Next(format is null ? 8 : 10))
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
            case 5 when _random.Next(3) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5 or 6:
                WriteNumber(bytes, at);
                break;
            case 8 when format!.Pieces([.. bytes]).Where(piece => piece < bytes.Count).ToArray() is { Length: > 1 } pieces:
                MovePiece(bytes, pieces);
                break;
            case 9:
                var other = format!.Seeds[_random.Next(format.Seeds.Count)];
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(other.Length, _random.Next(2) == 0 ? at : Place(other.Length))));
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[_random.Next(Words.Length)]));
                break;
        }
    }

    private int Place(int length) => length == 0 ? 0 : _random.Next(4) switch
    {
        0 => _random.Next(Math.Min(length, HeaderBytes)),
        1 => length - 1 - _random.Next(Math.Min(length, HeaderBytes)),
        _ => _random.Next(length),
    };

    // A length or a size, of one to eight bytes in either order: one that is often a border, or one near the truth.
    private void WriteNumber(List<byte> bytes, int at)
    {
        var size = 1 << _random.Next(4);
        if (bytes.Count < at + size)
            return;
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, _random.Next(4) == 0 ? (ulong)(bytes.Count - at + _random.Next(-9, 9))
            : Numbers[_random.Next(Numbers.Length)]);
        var isBig = _random.Next(2) == 0;
        for (var i = 0; i < size; i++)
            bytes[at + i] = number[isBig ? size - 1 - i : i];
    }

    private void MovePiece(List<byte> bytes, int[] pieces)
    {
        var number = _random.Next(pieces.Length);
        var end = number + 1 < pieces.Length ? pieces[number + 1] : bytes.Count;
        var piece = bytes.GetRange(pieces[number], Math.Max(0, end - pieces[number]));
        if (_random.Next(3) > 0)
            bytes.RemoveRange(pieces[number], piece.Count);
        if (_random.Next(3) > 0)
            bytes.InsertRange(Math.Min(bytes.Count, pieces[_random.Next(pieces.Length)]), piece);
    }

    private string ReplaceWord(string text)
    {
        if (text.Length == 0)
            return Words[_random.Next(Words.Length)];
        var (from, to) = WordAt(text, _random.Next(text.Length));
        // Another word of the text often leaves it well-formed, and a number in place of a number does.
        var (other, end) = WordAt(text, _random.Next(text.Length));
        var word = _random.Next(2) == 0 ? text[other..end]
            : char.IsAsciiDigit(text[from]) ? Words[Array.IndexOf(Words, "0") + _random.Next(NumbersInWords)] : Words[_random.Next(Words.Length)];
        return string.Concat(text.AsSpan(0, from), word, text.AsSpan(to));
    }

    // From where to where a word reaches around a place; a mark is a word of its own.
    private static (int From, int To) WordAt(string text, int at)
    {
        var (from, to) = (at, at + 1);
        while (from > 0 && IsWord(text[at]) && IsWord(text[from - 1]))
            from--;
        while (to < text.Length && IsWord(text[at]) && IsWord(text[to]))
            to++;
        return (from, to);
    }

    private static bool IsWord(char letter) => char.IsLetterOrDigit(letter) || letter is '.' or '-' or '+' or '_';
}
