using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Weft.Training.Tests;

/// <summary>Makes PNG files of every kind, right and wrong ones.</summary>
internal sealed record PngBytes(int Width, int Height, byte Depth = 8, byte Color = 0)
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
        (1, 0, 2, 2), (0, 1, 1, 2)];

    public byte[]? Palette { get; init; }

    public byte[]? Transparency { get; init; }

    public bool Interlaced { get; init; }

    public (string Type, byte[] Data)? Extra { get; init; }

    private int Samples => Color switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };

    /// <summary>The file whose pixels are what <paramref name="pixel"/> says, unfiltered.</summary>
    public byte[] Of(Func<int, int, int[]> pixel)
    {
        var rows = new List<byte>();
        foreach (var (firstX, firstY, stepX, stepY) in Interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            for (var y = firstY; y < Height && firstX < Width; y += stepY)
            {
                rows.Add(0);
                var (bits, pending) = (0, 0);
                for (var x = firstX; x < Width; x += stepX)
                {
                    foreach (var sample in pixel(x, y))
                    {
                        (bits, pending) = (bits << Depth | sample, pending + Depth);
                        for (; pending >= 8; pending -= 8)
                            rows.Add((byte)(bits >> (pending - 8)));
                    }
                }

                if (pending > 0)
                    rows.Add((byte)(bits << (8 - pending)));
            }
        }

        return OfRows([.. rows]);
    }

    /// <summary>The file with these bytes as rows, each behind its filter's number.</summary>
    public byte[] OfRows(byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(rows);
        return OfData(packed.ToArray());
    }

    /// <summary>The file with these bytes as its data chunk.</summary>
    public byte[] OfData(byte[] packed)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9], header[12]) = (Depth, Color, (byte)(Interlaced ? 1 : 0));
        Chunk(file, "IHDR", header);
        if (Extra is var (type, data))
            Chunk(file, type, data);
        if (Palette is not null)
            Chunk(file, "PLTE", Palette);
        if (Transparency is not null)
            Chunk(file, "tRNS", Transparency);
        Chunk(file, "IDAT", packed);
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] content = [.. type.Select(letter => (byte)letter), .. data];
        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.HashToUInt32(content));
        file.Write(word);
    }
}
