using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Weft.Training;

/// <summary>The checksum that a line of a run's records carries: a flipped bit shows, which in a number nothing else would.</summary>
internal static class LineChecksum
{
    private const string Opening = ",\"crc\":\"";
    private const string Closing = "\"}";
    private const int Digits = 8;

    public static string Of(ReadOnlySpan<byte> line) => Crc32.HashToUInt32(line).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>A JSON object with one more key at its end, <c>crc</c>, which is the checksum of the object without that key.</summary>
    public static string Seal(string json) => json[..^1] + Opening + Of(Encoding.UTF8.GetBytes(json)) + Closing;

    /// <summary>Whether a line is what was sealed, or carries no checksum.</summary>
    public static bool IsUndamaged(string line)
    {
        var end = line.Length - Closing.Length - Digits;
        if (end < Opening.Length || !line.EndsWith(Closing, StringComparison.Ordinal)
            || string.CompareOrdinal(line, end - Opening.Length, Opening, 0, Opening.Length) != 0)
            return true; // it carries none
        var json = string.Concat(line.AsSpan(0, end - Opening.Length), "}");
        return line.AsSpan(end, Digits).SequenceEqual(Of(Encoding.UTF8.GetBytes(json)));
    }
}
