using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Weft.Training;

/// <summary>Writes PNG (8 bits, grey or RGB, not interlaced).</summary>
internal static class PngWriter
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="pixels">[height, width, channels], 1 channel for grey or 3 for RGB.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, or another number of channels.</exception>
    public static void Write(Stream target, FeatureShape shape, ReadOnlySpan<byte> pixels)
    {
        if (shape.Channels is not (1 or 3) || shape.Height < 1 || shape.Width < 1 || pixels.Length != shape.Length)
            throw new ArgumentException($"PNG expects [H, W, 1] or [H, W, 3] but received {shape} with {pixels.Length} bytes.");
        target.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, shape.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], shape.Height);
        header[8] = 8;
        header[9] = shape.Channels == 1 ? (byte)0 : (byte)2;
        header[10..].Clear();
        WriteChunk(target, "IHDR"u8, header);
        WriteChunk(target, "IDAT"u8, Pack(shape, pixels));
        WriteChunk(target, "IEND"u8, []);
    }

    /// <summary>Each row behind the filter type "up", which suits pictures made of repeated rows.</summary>
    private static ReadOnlySpan<byte> Pack(FeatureShape shape, ReadOnlySpan<byte> pixels)
    {
        const byte UpFilter = 2;
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var stride = shape.Width * shape.Channels;
            var row = new byte[stride + 1];
            row[0] = UpFilter;
            for (var y = 0; y < shape.Height; y++)
            {
                for (var i = 0; i < stride; i++)
                    row[i + 1] = (byte)(pixels[y * stride + i] - (y > 0 ? pixels[(y - 1) * stride + i] : 0));
                stream.Write(row);
            }
        }

        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }

    private static void WriteChunk(Stream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        target.Write(word);
        target.Write(type);
        target.Write(data);
        var crc = new Crc32();
        crc.Append(type);
        crc.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, crc.GetCurrentHashAsUInt32());
        target.Write(word);
    }
}
