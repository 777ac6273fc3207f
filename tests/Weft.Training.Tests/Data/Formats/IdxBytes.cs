using System.Buffers.Binary;
using System.IO.Compression;

namespace Weft.Training.Tests;

/// <summary>IDX files as bytes, sound and damaged.</summary>
internal static class IdxBytes
{
    public static byte[] Labels(int count, Func<int, byte>? label = null)
    {
        var bytes = Header([0, 0, 8, 1], count);
        return [.. bytes, .. Enumerable.Range(0, count).Select(i => label?.Invoke(i) ?? (byte)(i % 10))];
    }

    /// <summary>Random pixels, which no packer makes smaller.</summary>
    public static byte[] Images(int count, int height, int width, long seed = 1)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        var bytes = Header([0, 0, 8, 3], count, height, width);
        return [.. bytes, .. Enumerable.Range(0, count * height * width).Select(i => (byte)rng.UInt64(i))];
    }

    public static byte[] Header(byte[] magic, params int[] sizes)
    {
        var bytes = new byte[4 + 4 * sizes.Length];
        magic.CopyTo(bytes, 0);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), sizes[i]);
        return bytes;
    }

    public static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, level, leaveOpen: true))
            stream.Write(content);
        return packed.ToArray();
    }

    public static byte[] Flip(byte[] bytes, int index, byte bits = 1)
    {
        var copy = bytes.ToArray();
        copy[index] ^= bits;
        return copy;
    }

    public static IdxFile Read(byte[] bytes, IdxExpectation expectation)
    {
        using var stream = new MemoryStream(bytes);
        return IdxFile.Read(stream, "/data/file.gz", expectation);
    }

    public static WeftException Refused(byte[] bytes, IdxExpectation expectation)
    {
        var error = Assert.Throws<WeftException>(() => Read(bytes, expectation));
        Assert.Equal(ErrorKind.DatasetDamaged, error.Kind);
        Assert.StartsWith("/data/file.gz, ", error.Where);
        Assert.All([error.What, error.Where, error.Expected, error.Found, error.Safe], part => Assert.False(string.IsNullOrWhiteSpace(part)));
        Assert.NotNull(error.Next);
        return error;
    }
}
