using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>Turns the bytes of a row of a PNG picture into pixels of 8 bits, over black where they are transparent, and their opacity.</summary>
internal sealed class PngPixels
{
    private const int Opaque = 255;

    private readonly PngHeader _header;
    private readonly byte[] _palette;
    private readonly byte[] _paletteOpacity = [];
    private readonly int[] _key = [];
    private readonly int[] _samples;
    private readonly byte[] _pixels;
    private readonly byte[] _opacity;

    /// <param name="palette">Of the file; empty where it has none.</param>
    /// <param name="transparency">The opacity of the palette's first colours, or the colour that is transparent; empty where there is none.</param>
    public PngPixels(PngHeader header, byte[] palette, byte[] transparency)
    {
        (_header, _palette) = (header, palette);
        if (header.Color == PngHeader.PaletteColor)
            _paletteOpacity = transparency;
        else if (!header.HasOpacity && transparency.Length > 0)
            _key = Key(transparency, header);
        _samples = new int[header.Samples];
        _pixels = new byte[header.Width * header.Channels];
        _opacity = header.HasOpacity || transparency.Length > 0 ? new byte[header.Width] : [];
    }

    /// <summary>The largest sample so far, opacity apart.</summary>
    public int LargestSample { get; private set; }

    /// <param name="row">Without the filter's number.</param>
    /// <param name="opacity">Empty where no pixel of the picture can be transparent.</param>
    /// <returns>[width, 1 or 3]; void after the next call.</returns>
    public ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> row, int width, out ReadOnlySpan<byte> opacity)
    {
        opacity = _opacity.AsSpan(0, Math.Min(width, _opacity.Length));
        if (_header.Depth == 8 && _header.Color is 0 or 2 && _key.Length == 0)
            return row;
        for (var x = 0; x < width; x++)
        {
            for (var i = 0; i < _samples.Length; i++)
                _samples[i] = Sample(row, x, i);
            var alpha = Pixel(x);
            if (_opacity.Length > 0)
                _opacity[x] = (byte)alpha;
        }

        return _pixels.AsSpan(0, width * _header.Channels);
    }

    private int Pixel(int x)
    {
        var pixel = _pixels.AsSpan(x * _header.Channels, _header.Channels);
        if (_header.Color == PngHeader.PaletteColor)
        {
            var entry = _samples[0];
            if (3 * entry + 3 > _palette.Length)
                throw new InvalidDataException($"a pixel has colour {entry} of a palette of {_palette.Length / 3}");
            var visible = entry < _paletteOpacity.Length ? _paletteOpacity[entry] : Opaque;
            for (var c = 0; c < 3; c++)
                pixel[c] = (byte)(_palette[3 * entry + c] * visible / Opaque);
            return visible;
        }

        var alpha = _header.HasOpacity ? Byte(_samples[^1]) : _key.Length > 0 && _samples.AsSpan().SequenceEqual(_key) ? 0 : Opaque;
        for (var c = 0; c < pixel.Length; c++)
        {
            LargestSample = Math.Max(LargestSample, _samples[c]);
            pixel[c] = (byte)(Byte(_samples[c]) * alpha / Opaque);
        }

        return alpha;
    }

    private int Sample(ReadOnlySpan<byte> row, int x, int i) => _header.Depth switch
    {
        16 => BinaryPrimitives.ReadUInt16BigEndian(row[((x * _header.Samples + i) * 2)..]),
        8 => row[x * _header.Samples + i],
        _ => (row[x * _header.Depth / 8] >> (8 - _header.Depth - x * _header.Depth % 8)) & ((1 << _header.Depth) - 1),
    };

    // Of 16 bits the upper eight.
    private int Byte(int sample) => _header.Depth switch { 16 => sample >> 8, 8 => sample, _ => sample * (Opaque / ((1 << _header.Depth) - 1)) };

    private static int[] Key(byte[] transparency, PngHeader header)
    {
        if (transparency.Length != 2 * header.Samples)
            throw new InvalidDataException($"the transparent colour has {transparency.Length} bytes instead of {2 * header.Samples}");
        return [.. Enumerable.Range(0, header.Samples).Select(i => BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * i)) & ((1 << header.Depth) - 1))];
    }
}
