using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>The header of a PNG picture.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, int Color, bool IsInterlaced)
{
    public const int Length = 13;
    public const int PaletteColor = 3;

    /// <summary>Samples of a pixel, opacity included.</summary>
    public int Samples => Color switch { 0 or PaletteColor => 1, 4 => 2, 2 => 3, _ => 4 };

    /// <summary>1 for grey, 3 for colours.</summary>
    public int Channels => Color is 0 or 4 ? 1 : 3;

    public bool HasOpacity => Color is 4 or 6;

    public int BitsPerPixel => Samples * Depth;

    /// <summary>The pictures a file consists of, which hold every pixel once: seven where it is interlaced (Adam7).</summary>
    public IEnumerable<PngPass> Passes
    {
        get
        {
            var (width, height) = (Width, Height);
            PngPass[] all = IsInterlaced
                ? [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)]
                : [new(0, 0, 1, 1)];
            return all.Where(pass => pass.WidthOf(width) > 0 && pass.HeightOf(height) > 0);
        }
    }

    public int Stride(int width) => (int)(((long)width * BitsPerPixel + 7) / 8);

    /// <param name="packed">The length of the file.</param>
    /// <exception cref="InvalidDataException">No PNG has this header, or the picture is too large.</exception>
    public static PngHeader Of(ReadOnlySpan<byte> header, long packed)
    {
        uint width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        PictureLimits.RequireSize(width, height);
        var (depth, color) = (header[8], header[9]);
        var isKnown = color switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            PaletteColor => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        if (!isKnown || header[10] != 0 || header[11] != 0 || header[12] > 1)
        {
            throw new InvalidDataException($"no PNG has colour type {color} with {depth} bits, "
                + $"compression {header[10]}, filter {header[11]} and interlacing {header[12]}");
        }

        var format = new PngHeader((int)width, (int)height, depth, color, header[12] == 1);
        var bytes = format.Passes.Sum(pass => (format.Stride(pass.WidthOf(format.Width)) + 1L) * pass.HeightOf(format.Height));
        PictureLimits.RequireUnpacked(Math.Max(bytes, (long)format.Width * format.Height * format.Samples), packed);
        return format;
    }
}

/// <summary>Every <paramref name="StepX"/>th pixel of every <paramref name="StepY"/>th row, beginning with (FirstX, FirstY).</summary>
internal readonly record struct PngPass(int FirstX, int FirstY, int StepX, int StepY)
{
    public int WidthOf(int width) => (width - FirstX + StepX - 1) / StepX;

    public int HeightOf(int height) => (height - FirstY + StepY - 1) / StepY;
}
