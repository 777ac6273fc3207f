using System.Buffers.Binary;
using System.IO.Compression;

namespace Weft.Training;

/// <summary>Reads PNG: every bit depth and colour type, not interlaced. Transparent pixels are laid over black. Wrong checksums are an error.</summary>
internal static class PngReader
{
    private const int LargestSide = 16_384;

    /// <returns>[height, width, 1 or 3].</returns>
    /// <exception cref="InvalidDataException">No PNG, damaged, or a kind that is not read; the message says which.</exception>
    public static (FeatureShape Shape, byte[] Pixels) Read(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> header = default, palette = default, transparency = default;
        using var packed = new MemoryStream();
        for (var rest = file[8..]; ;)
        {
            if (rest.Length < 12 || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - 12)
                throw new InvalidDataException("the file ends in the middle of the picture");
            var type = rest.Slice(4, 4);
            var data = rest.Slice(8, (int)length);
            var crc = Crc32.Start();
            crc.Append(rest.Slice(4, 4 + (int)length));
            if (crc.Value != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
                throw new InvalidDataException("a checksum in the file is wrong");
            if (type.SequenceEqual("IHDR"u8))
                header = data;
            else if (type.SequenceEqual("PLTE"u8))
                palette = data;
            else if (type.SequenceEqual("tRNS"u8))
                transparency = data;
            else if (type.SequenceEqual("IDAT"u8))
                packed.Write(data);
            else if (type.SequenceEqual("IEND"u8))
                break;
            rest = rest[(12 + (int)length)..];
        }

        if (header.Length != 13)
            throw new InvalidDataException("the file has no header");
        var format = Format.Of(header);
        packed.Position = 0;
        var rows = Unfilter(packed, format);
        return Expand(rows, format, palette.ToArray(), transparency.ToArray());
    }

    private static byte[] Unfilter(MemoryStream packed, Format format)
    {
        var stride = (format.Width * format.BitsPerPixel + 7) / 8;
        var step = Math.Max(1, format.BitsPerPixel / 8);
        var rows = new byte[(long)stride * format.Height];
        using var stream = new ZLibStream(packed, CompressionMode.Decompress);
        var zeros = new byte[stride];
        for (var y = 0; y < format.Height; y++)
        {
            var filter = stream.ReadByte();
            var row = rows.AsSpan(y * stride, stride);
            if (filter < 0 || stream.ReadAtLeast(row, stride, throwOnEndOfStream: false) < stride)
                throw new InvalidDataException("the file ends in the middle of the picture");
            ReadOnlySpan<byte> above = y == 0 ? zeros : rows.AsSpan((y - 1) * stride, stride);
            for (var i = 0; i < stride; i++)
            {
                int left = i < step ? 0 : row[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
                row[i] = (byte)(row[i] + filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => throw new InvalidDataException($"row {y} has the filter {filter}") });
            }
        }

        return rows;
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner, toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static (FeatureShape, byte[]) Expand(byte[] rows, Format format, byte[] palette, byte[] transparency)
    {
        var channels = format.Color is 0 or 4 ? 1 : 3;
        var stride = (format.Width * format.BitsPerPixel + 7) / 8;
        var pixels = new byte[format.Height * format.Width * channels];
        for (var y = 0; y < format.Height; y++)
        {
            for (var x = 0; x < format.Width; x++)
            {
                int Sample(int i) => format.Depth switch
                {
                    16 => rows[y * stride + (x * format.Samples + i) * 2],
                    8 => rows[y * stride + x * format.Samples + i],
                    _ => (rows[y * stride + x * format.Depth / 8] >> (8 - format.Depth - x * format.Depth % 8)) & ((1 << format.Depth) - 1),
                };
                var target = pixels.AsSpan((y * format.Width + x) * channels, channels);
                if (format.Color == 3)
                {
                    var entry = Sample(0);
                    if (3 * entry + 3 > palette.Length)
                        throw new InvalidDataException($"pixel ({x}, {y}) has colour {entry} of a palette of {palette.Length / 3}");
                    var alpha = entry < transparency.Length ? transparency[entry] : 255;
                    for (var c = 0; c < 3; c++)
                        target[c] = (byte)(palette[3 * entry + c] * alpha / 255);
                    continue;
                }

                var opacity = format.Color is 4 or 6 ? Sample(channels) : 255;
                for (var c = 0; c < channels; c++)
                    target[c] = (byte)(Sample(c) * (format.Depth < 8 ? 255 / ((1 << format.Depth) - 1) : 1) * opacity / 255);
            }
        }

        return (new FeatureShape(format.Height, format.Width, channels), pixels);
    }

    private readonly record struct Format(int Width, int Height, int Depth, int Color)
    {
        public int Samples => Color switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };

        public int BitsPerPixel => Samples * Depth;

        public static Format Of(ReadOnlySpan<byte> header)
        {
            uint width = BinaryPrimitives.ReadUInt32BigEndian(header), height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
            if (width is 0 or > LargestSide || height is 0 or > LargestSide)
                throw new InvalidDataException($"the picture is {width} × {height}; sides of 1 to {LargestSide} are read");
            var (depth, color) = (header[8], header[9]);
            var isKnown = color switch { 0 => depth is 1 or 2 or 4 or 8 or 16, 3 => depth is 1 or 2 or 4 or 8, 2 or 4 or 6 => depth is 8 or 16, _ => false };
            if (!isKnown || header[10] != 0 || header[11] != 0)
                throw new InvalidDataException($"no PNG has colour type {color} with {depth} bits");
            if (header[12] != 0)
                throw new InvalidDataException("the picture is interlaced; save it without");
            return new Format((int)width, (int)height, depth, color);
        }
    }
}
