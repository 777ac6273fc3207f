using System.Buffers.Binary;
using System.IO.Compression;

namespace Weft.Training;

/// <summary>Reads PNG row by row: every bit depth and colour type, interlaced or not. Wrong checksums are an error.</summary>
internal static class PngReader
{
    private const int LongestOrientation = 1 << 16;
    private const int LargestSmallRange = ushort.MaxValue / 8;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="file">Seekable, at its start.</param>
    /// <exception cref="InvalidDataException">No PNG, damaged, or a kind that is not read; the message says which.</exception>
    public static FittedPicture Read(Stream file, string name, FeatureShape target, bool invert)
    {
        file.Position = Signature.Length;
        var chunks = new PngChunks(file);
        var changes = PictureChanges.None;
        chunks.Next();
        if (chunks.Type != PngChunks.Header || chunks.ReadUpTo(PngHeader.Length + 1) is not { Length: PngHeader.Length } bytes)
            throw new InvalidDataException("the file has no header");
        var header = PngHeader.Of(bytes, file.Length);
        byte[] palette = [], transparency = [];
        for (chunks.Next(); chunks.Type != PngChunks.Data; chunks.Next())
        {
            switch (chunks.Type)
            {
                case PngChunks.Palette:
                    palette = chunks.ReadUpTo(3 * 256);
                    break;
                case PngChunks.Transparency:
                    transparency = chunks.ReadUpTo(256);
                    break;
                case PngChunks.Orientation when IsTurned(chunks.ReadUpTo(LongestOrientation)):
                    changes |= PictureChanges.OrientationIgnored;
                    break;
                case PngChunks.AnimationControl when chunks.ReadUpTo(8) is { Length: 8 } animation && BinaryPrimitives.ReadUInt32BigEndian(animation) > 1:
                    changes |= PictureChanges.FirstOfAnimation;
                    break;
                case PngChunks.End:
                    throw PngChunks.EndsEarly();
                case var _ when chunks.IsCritical:
                    throw new InvalidDataException("the picture is of a kind of PNG that only some programs write; save it as an ordinary one");
            }
        }

        var fit = new PictureFit(new FeatureShape(header.Height, header.Width, header.Channels), target, invert);
        var pixels = new PngPixels(header, palette, transparency);
        using (var rows = new ZLibStream(chunks.OpenData(), CompressionMode.Decompress))
            ReadRows(rows, header, pixels, fit);
        while (chunks.Type != PngChunks.End)
            chunks.Next();
        chunks.Finish();

        changes |= header.IsInterlaced ? PictureChanges.Interlaced : 0;
        changes |= header.Depth == 16 ? PictureChanges.DepthReduced : 0;
        changes |= header is { Depth: < 8, Color: not PngHeader.PaletteColor } ? PictureChanges.ValuesScaled : 0;
        if (header.Depth == 16 && pixels.LargestSample is > 0 and <= LargestSmallRange)
            changes |= PictureChanges.SmallRange;
        return fit.Finish(name, changes) with { LargestValue = (pixels.LargestSample, (1 << header.Depth) - 1) };
    }

    private static void ReadRows(ZLibStream rows, PngHeader header, PngPixels pixels, PictureFit fit)
    {
        var step = Math.Max(1, header.BitsPerPixel / 8);
        var (above, row) = (new byte[header.Stride(header.Width) + 1], new byte[header.Stride(header.Width) + 1]);
        foreach (var pass in header.Passes)
        {
            var (width, height) = (pass.WidthOf(header.Width), pass.HeightOf(header.Height));
            var length = header.Stride(width) + 1;
            above.AsSpan().Clear();
            for (var y = 0; y < height; y++)
            {
                Fill(rows, row.AsSpan(0, length));
                Unfilter(row[0], row.AsSpan(1, length - 1), above.AsSpan(1, length - 1), step);
                var expanded = pixels.Expand(row.AsSpan(1, length - 1), width, out var opacity);
                fit.AddRow(pass.FirstY + y * pass.StepY, expanded, opacity, pass.FirstX, pass.StepX);
                (above, row) = (row, above);
            }
        }

        Unpack(rows, row.AsSpan(0, 1)); // compares the checksum behind the rows
    }

    private static void Fill(ZLibStream rows, Span<byte> row)
    {
        for (var filled = 0; filled < row.Length;)
            filled += Unpack(rows, row[filled..]) is var read and > 0 ? read : throw PngChunks.EndsEarly();
    }

    private static int Unpack(ZLibStream rows, Span<byte> target)
    {
        try
        {
            return rows.Read(target);
        }
        catch (Exception damage) when (damage.Source == typeof(ZLibStream).Assembly.GetName().Name)
        {
            // zlib's own words are about archives, and one of its types is not public
            throw new InvalidDataException("the compressed data are damaged", damage);
        }
    }

    private static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (var i = step; i < row.Length; i++)
                    row[i] += row[i - step];
                break;
            case 2:
                for (var i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case 3:
                for (var i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < step ? 0 : row[i - step]) + above[i]) / 2);
                break;
            case 4:
                for (var i = 0; i < row.Length; i++)
                    row[i] += (byte)(i < step ? above[i] : Paeth(row[i - step], above[i], above[i - step]));
                break;
            default:
                throw new InvalidDataException($"a row has the filter {filter}");
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner, toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    // An Exif block: "II*" or "MM*", the offset of a table, its number of entries, 12 bytes each: tag, type, count, value.
    private static bool IsTurned(ReadOnlySpan<byte> exif)
    {
        const int Tag = 0x0112;
        if (exif.Length < 8 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
            return false;
        var isLittle = exif[0] == 'I';
        var at = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (at > exif.Length - 2)
            return false;
        var table = exif[(int)at..];
        var count = Short(table);
        for (table = table[2..]; count > 0 && table.Length >= 12; count--, table = table[12..])
        {
            if (Short(table) == Tag)
                return Short(table[8..]) is > 1 and <= 8;
        }

        return false;

        int Short(ReadOnlySpan<byte> bytes) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }
}
