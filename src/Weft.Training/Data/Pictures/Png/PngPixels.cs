using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>Turns the bytes of a row of a PNG picture into pixels of 8 bits, over black where they are transparent, and their opacity.</summary>
internal sealed class PngPixels
{
    private const byte Opaque = byte.MaxValue;

    private readonly PngHeader _header;
    private readonly byte[] _pixels;
    private readonly byte[] _opacity;

    // The bytes of the one colour that is transparent.
    private readonly byte[] _key = [];

    // Where a pixel is one sample of at most 8 bits: its channels and its opacity, by the sample.
    private readonly byte[] _colors = [];
    private readonly byte[] _opacities = [];
    private readonly int _known;

    /// <param name="palette">The palette of the file; empty where it has none.</param>
    /// <param name="transparency">The opacity of the palette's first colours, or the colour that is transparent; empty where there is none.</param>
    /// <exception cref="InvalidDataException">The transparent colour is none of this kind of picture.</exception>
    public PngPixels(PngHeader header, byte[] palette, byte[] transparency)
    {
        _header = header;
        _pixels = new byte[header.Width * header.Channels];
        _opacity = header.HasOpacity || transparency.Length > 0 ? new byte[header.Width] : [];
        var isPalette = header.Color == PngHeader.PaletteColor;
        if (!isPalette && !header.HasOpacity && transparency.Length > 0)
            _key = Key(transparency, header);
        if (header.Samples > 1 || header.Depth > 8)
            return;

        var values = 1 << header.Depth;
        _known = isPalette ? Math.Min(values, palette.Length / 3) : values;
        _colors = new byte[_known * header.Channels];
        _opacities = new byte[_known];
        for (var value = 0; value < _known; value++)
        {
            _opacities[value] = isPalette ? value < transparency.Length ? transparency[value] : Opaque : _key is [var key] && key == value ? (byte)0 : Opaque;
            for (var c = 0; c < header.Channels; c++)
                _colors[value * header.Channels + c] = OverBlack(isPalette ? palette[3 * value + c] : (byte)(value * (Opaque / (values - 1))),
                    _opacities[value]);
        }
    }

    /// <summary>The largest sample of 16 bits so far, opacity apart.</summary>
    public int LargestSample { get; private set; }

    /// <param name="row">Without the filter's number.</param>
    /// <param name="opacity">Empty where no pixel of the picture can be transparent.</param>
    /// <returns>[width, 1 or 3]; void after the next call.</returns>
    public ReadOnlySpan<byte> Expand(ReadOnlySpan<byte> row, int width, out ReadOnlySpan<byte> opacity)
    {
        opacity = _opacity.AsSpan(0, Math.Min(width, _opacity.Length));
        if (_header.Depth == 8 && _header.Color is 0 or 2 && _opacity.Length == 0)
            return row;
        if (_opacities.Length > 0 || _header.Color == PngHeader.PaletteColor)
            LookUp(row, width);
        else
            Take(row, width);
        return _pixels.AsSpan(0, width * _header.Channels);
    }

    private void LookUp(ReadOnlySpan<byte> row, int width)
    {
        var (depth, mask, channels) = (_header.Depth, (1 << _header.Depth) - 1, _header.Channels);
        for (var x = 0; x < width; x++)
        {
            var bit = x * depth;
            var value = (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
            if (value >= _known)
                throw new InvalidDataException($"a pixel has colour {value} of a palette of {_known}");
            for (var c = 0; c < channels; c++)
                _pixels[x * channels + c] = _colors[value * channels + c];
            if (_opacity.Length > 0)
                _opacity[x] = _opacities[value];
        }
    }

    // Of 16 bits the upper eight.
    private void Take(ReadOnlySpan<byte> row, int width)
    {
        var (step, channels) = (_header.Depth / 8, _header.Channels);
        var length = _header.Samples * step;
        for (var x = 0; x < width; x++)
        {
            var pixel = row.Slice(x * length, length);
            var opacity = _header.HasOpacity ? pixel[channels * step] : _key.Length > 0 && pixel.SequenceEqual(_key) ? (byte)0 : Opaque;
            for (var c = 0; c < channels; c++)
            {
                _pixels[x * channels + c] = OverBlack(pixel[c * step], opacity);
                if (step == 2)
                    LargestSample = Math.Max(LargestSample, BinaryPrimitives.ReadUInt16BigEndian(pixel[(2 * c)..]));
            }

            if (_opacity.Length > 0)
                _opacity[x] = opacity;
        }
    }

    private static byte OverBlack(byte value, byte opacity) => opacity == Opaque ? value : (byte)(value * opacity / Opaque);

    private static byte[] Key(byte[] transparency, PngHeader header)
    {
        if (transparency.Length != 2 * header.Samples)
            throw new InvalidDataException($"the transparent colour has {transparency.Length} bytes instead of {2 * header.Samples}");
        var mask = (1 << header.Depth) - 1;
        return header.Depth == 16
            ? transparency
            : [.. Enumerable.Range(0, header.Samples).Select(i => (byte)(BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2 * i)) & mask))];
    }
}
