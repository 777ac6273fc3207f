using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Weft.Tests.Shared;

/// <summary>Formats that hold pieces of others: where a piece begins, and checksums made right again.</summary>
internal static class Containers
{
    private const int LocalHeader = 30;
    private const int CentralHeader = 46;
    private const int TarBlock = 512;
    private const int TarChecksum = 148;

    /// <summary>Where the chunks of a PNG begin.</summary>
    public static IEnumerable<int> PngChunks(byte[] file)
    {
        for (long at = 8; at + 12 <= file.Length; at += 12 + BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at)))
            yield return (int)at;
    }

    /// <summary>Where the chunks of a RIFF file begin.</summary>
    public static IEnumerable<int> RiffChunks(byte[] file)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            yield return (int)at;
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((int)at + 4));
            at += 8L + length + length % 2;
        }
    }

    /// <summary>Where a byte stands that begins pieces.</summary>
    public static IEnumerable<int> Marks(byte[] file, params byte[] marks) => Enumerable.Range(0, file.Length).Where(i => marks.Contains(file[i]));

    public static byte[] WithPngChecksums(byte[] file)
    {
        foreach (var at in PngChunks(file))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length <= file.Length - at - 12)
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Crc32.HashToUInt32(file.AsSpan(at + 4, 4 + (int)length)));
        }

        return file;
    }

    /// <summary>A zlib stream as PNG and MATLAB have it.</summary>
    public static byte[] Zlib(byte[] content) => Packed(content, stream => new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true));

    public static byte[] Gzip(byte[] content) => Packed(content, stream => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true));

    /// <summary>Checksum and length of a gzip member with a plain header, where its data can be unpacked.</summary>
    public static byte[] WithGzipTrailer(byte[] file)
    {
        if (file.Length < 18 || Unpacked(file.AsSpan(10, file.Length - 18)) is not { } content)
            return file;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 8), Crc32.HashToUInt32(content));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(file.Length - 4), content.Length);
        return file;
    }

    /// <summary>Where the local and central headers of a zip file begin.</summary>
    public static IEnumerable<int> ZipHeaders(byte[] file) => Enumerable.Range(0, Math.Max(0, file.Length - 4))
        .Where(i => file[i] == 'P' && file[i + 1] == 'K' && file[i + 2] + 1 == file[i + 3]);

    /// <summary>Checksums and lengths of the entries of a zip file as its central directory lists them, in both headers.</summary>
    public static byte[] WithZipChecksums(byte[] file)
    {
        foreach (var central in ZipHeaders(file).Where(at => file[at + 2] == 1 && at + CentralHeader <= file.Length))
        {
            var local = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(central + 42));
            if (local > file.Length - LocalHeader)
                continue;
            var start = (int)local + LocalHeader + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((int)local + 26))
                + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((int)local + 28));
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(central + 20));
            if (start + (long)packed > file.Length)
                continue;
            var data = file.AsSpan(start, (int)packed);
            var content = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(central + 10)) == 0 ? data.ToArray() : Unpacked(data);
            if (content is null)
                continue;
            foreach (var at in new[] { central + 16, (int)local + 14 })
            {
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), Crc32.HashToUInt32(content));
                BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 8), content.Length);
            }
        }

        return file;
    }

    /// <summary>Where the blocks of a tar file begin.</summary>
    public static IEnumerable<int> TarBlocks(byte[] file) => Enumerable.Range(0, file.Length / TarBlock).Select(block => block * TarBlock);

    /// <summary>The checksum of every block that has the magic of a header.</summary>
    public static byte[] WithTarChecksums(byte[] file)
    {
        foreach (var at in TarBlocks(file).Where(at => file.AsSpan(at + 257, 5).SequenceEqual("ustar"u8)))
        {
            var block = file.AsSpan(at, TarBlock);
            block.Slice(TarChecksum, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var value in block)
                sum += value;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[TarChecksum..]);
        }

        return file;
    }

    private static byte[] Packed(byte[] content, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(content);
        return packed.ToArray();
    }

    private static byte[]? Unpacked(ReadOnlySpan<byte> deflated)
    {
        const int Most = 1 << 20;
        try
        {
            using var stream = new DeflateStream(new MemoryStream(deflated.ToArray()), CompressionMode.Decompress);
            var content = new byte[Most];
            return content[..stream.ReadAtLeast(content, Most, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
