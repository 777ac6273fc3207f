using System.Globalization;
using System.IO.Hashing;

namespace Weft.Training;

/// <summary>The checksum that a line of a run's records carries: a flipped bit shows, which in a number nothing else would.</summary>
internal static class LineChecksum
{
    public static string Of(ReadOnlySpan<byte> line) => Crc32.HashToUInt32(line).ToString("x8", CultureInfo.InvariantCulture);
}
