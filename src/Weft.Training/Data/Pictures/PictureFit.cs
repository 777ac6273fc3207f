namespace Weft.Training;

/// <summary>
/// Makes a picture of any size what a network takes: scaled by area, centred on black, in as many channels. It takes the rows one by one, so that
/// a picture never lies in memory as a whole.
/// </summary>
internal sealed class PictureFit
{
    private const int Opaque = 255;

    // Less than this between the darkest and the brightest pixel over black is a drawing that cannot be seen there.
    private const int VisibleContrast = 32;

    private readonly FeatureShape _source;
    private readonly FeatureShape _target;
    private readonly bool _invert;
    private readonly double[] _rowEdges;
    private readonly double[] _columnEdges;
    private readonly double[] _sums;
    private readonly double[] _areas;
    private readonly byte[] _converted;
    private double[]? _transparent;
    private byte[] _missing = [];
    private long _edgeSum;
    private long _edgeTransparent;
    private long _edgeCount;
    private bool _hasColor;

    /// <param name="source">Height, width and 1 or 3 channels of the rows that will come.</param>
    /// <param name="target">1 or 3 channels.</param>
    /// <param name="invert">Bright becomes dark: for a garment on a white ground where the training images have a black one.</param>
    internal PictureFit(FeatureShape source, FeatureShape target, bool invert)
    {
        if (target.Channels is not (1 or 3))
        {
            throw new WeftException(ErrorKind.InvalidInput, $"pictures have 1 or 3 channels, but the network takes {target.Channels}")
            {
                Where = "the network's input", Safe = "nothing was touched",
            };
        }

        (_source, _target, _invert) = (source, target, invert);
        var scale = Math.Min((double)target.Height / source.Height, (double)target.Width / source.Width);
        _rowEdges = Edges(source.Height, Math.Max(1, (int)Math.Round(source.Height * scale)));
        _columnEdges = Edges(source.Width, Math.Max(1, (int)Math.Round(source.Width * scale)));
        _sums = new double[Height * Width * target.Channels];
        _areas = new double[Height * Width];
        _converted = new byte[source.Width * target.Channels];
    }

    private int Height => _rowEdges.Length - 1;

    private int Width => _columnEdges.Length - 1;

    /// <summary>Fits a picture that lies in memory.</summary>
    /// <param name="pixels">[height, width, channels] of <paramref name="source"/>, 1 or 3 channels.</param>
    /// <returns>[height, width, channels] of <paramref name="target"/>. A picture that has the size already is only given the right channels.</returns>
    public static byte[] To(ReadOnlySpan<byte> pixels, FeatureShape source, FeatureShape target, bool invert = false)
    {
        if (source.Channels is not (1 or 3) || pixels.Length != source.Length)
            throw new ArgumentException($"A picture of [H, W, 1] or [H, W, 3] is expected but received {source} with {pixels.Length} bytes.");
        var fit = new PictureFit(source, target, invert);
        var stride = source.Width * source.Channels;
        for (var y = 0; y < source.Height; y++)
            fit.AddRow(y, pixels.Slice(y * stride, stride));
        return fit.Finish("").Pixels;
    }

    /// <summary>Takes a row, or of an interlaced picture those pixels of it that a pass has.</summary>
    /// <param name="pixels">[pixels, source channels], over black where they are transparent.</param>
    /// <param name="opacity">A value for each pixel; empty where the picture has no transparency.</param>
    /// <param name="firstX">The column of the first pixel.</param>
    /// <param name="stepX">The number of columns from one pixel to the next.</param>
    internal void AddRow(int y, ReadOnlySpan<byte> pixels, ReadOnlySpan<byte> opacity = default, int firstX = 0, int stepX = 1)
    {
        var row = Convert(pixels);
        var transparent = Transparent(opacity);
        AddEdge(y, row, transparent, firstX, stepX);
        if (_invert)
        {
            for (var i = 0; i < row.Length; i++)
                _converted[i] = (byte)(byte.MaxValue - row[i]);
            row = _converted.AsSpan(0, row.Length);
        }

        for (var ty = (int)Math.Max(0, (long)y * Height / _source.Height - 1); ty < Height && (int)_rowEdges[ty] <= y; ty++)
        {
            if (y >= _rowEdges[ty + 1])
                continue;
            var high = Math.Min(_rowEdges[ty + 1], y + 1) - Math.Max(_rowEdges[ty], y);
            for (var c = 0; c < _target.Channels; c++)
            {
                var areas = c == 0 ? _areas.AsSpan(ty * Width, Width) : [];
                Accumulate(row[c..], _target.Channels, high, firstX, stepX, _sums.AsSpan(ty * Width * _target.Channels + c), areas);
            }

            if (transparent.Length > 0)
                Accumulate(transparent, 1, high, firstX, stepX, _transparent.AsSpan(ty * Width), []);
        }
    }

    /// <summary>To be called when every pixel was given.</summary>
    /// <param name="changes">What the reader did to the picture before.</param>
    internal FittedPicture Finish(string name, PictureChanges changes = PictureChanges.None)
    {
        if (_transparent is not null)
            changes |= ChooseGround();
        if (_hasColor && _target.Channels == 1)
            changes |= PictureChanges.ColorToGrey;
        if (_source.Channels == 1 && _target.Channels == 3)
            changes |= PictureChanges.GreyToColor;
        if ((_source.Height, _source.Width) != (_target.Height, _target.Width))
            changes |= PictureChanges.Resized;
        if (_invert)
            changes |= PictureChanges.Inverted;
        var (top, left) = ((_target.Height - Height) / 2, (_target.Width - Width) / 2);
        var fitted = new byte[_target.Length];
        for (var y = 0; y < Height; y++)
        {
            for (var i = 0; i < Width * _target.Channels; i++)
                fitted[((top + y) * _target.Width + left) * _target.Channels + i] = Value(_sums, y * Width * _target.Channels + i);
        }

        return new FittedPicture(name, fitted, changes) { HasBrightGround = _edgeSum > 127 * _edgeCount };
    }

    // Over white a pixel is brighter by 255 − opacity than over black, and inverted darker by as much.
    private PictureChanges ChooseGround()
    {
        var overWhite = new double[_sums.Length];
        for (var i = 0; i < overWhite.Length; i++)
            overWhite[i] = _invert ? _sums[i] - _transparent![i / _target.Channels] : _sums[i] + _transparent![i / _target.Channels];
        var (onBlack, onWhite) = (Contrast(_sums), Contrast(overWhite));
        if (onBlack >= VisibleContrast || onWhite <= onBlack)
            return PictureChanges.LaidOverBlack;
        overWhite.CopyTo(_sums, 0);
        _edgeSum += _edgeTransparent;
        return PictureChanges.LaidOverWhite;
    }

    private int Contrast(double[] sums)
    {
        var (darkest, brightest) = (byte.MaxValue, byte.MinValue);
        for (var i = 0; i < sums.Length; i++)
        {
            var value = Value(sums, i);
            (darkest, brightest) = (Math.Min(darkest, value), Math.Max(brightest, value));
        }

        return brightest - darkest;
    }

    private byte Value(double[] sums, int index) => (byte)Math.Clamp(Math.Round(sums[index] / _areas[index / _target.Channels]), 0, byte.MaxValue);

    // The sums grow row by row and in a row from left to right, so that the bits do not depend on how a file is read.
    private void Accumulate(ReadOnlySpan<byte> row, int channels, double high, int firstX, int stepX, Span<double> sums, Span<double> areas)
    {
        for (var tx = 0; tx < Width; tx++)
        {
            var (left, right) = (_columnEdges[tx], _columnEdges[tx + 1]);
            var number = Math.Max(0, ((int)left - firstX + stepX - 1) / stepX);
            var sum = sums[tx * channels];
            var area = areas.IsEmpty ? 0 : areas[tx];
            for (var x = firstX + number * stepX; x < right; x += stepX, number++)
            {
                var part = high * ((x + 1 > right ? right : x + 1) - (x < left ? left : x));
                sum += part * row[number * channels];
                area += part;
            }

            sums[tx * channels] = sum;
            if (!areas.IsEmpty)
                areas[tx] = area;
        }
    }

    // Grey of colours by the weights of ITU-R BT.601.
    private ReadOnlySpan<byte> Convert(ReadOnlySpan<byte> pixels)
    {
        if (_source.Channels == _target.Channels)
            return pixels;
        var converted = _converted.AsSpan(0, pixels.Length / _source.Channels * _target.Channels);
        if (_source.Channels == 1)
        {
            for (var i = 0; i < converted.Length; i++)
                converted[i] = pixels[i / _target.Channels];
            return converted;
        }

        for (var i = 0; i < converted.Length; i++)
        {
            var (red, green, blue) = (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
            converted[i] = (byte)Math.Round(0.299 * red + 0.587 * green + 0.114 * blue);
            _hasColor |= red != green || green != blue;
        }

        return converted;
    }

    private ReadOnlySpan<byte> Transparent(ReadOnlySpan<byte> opacity)
    {
        if (_transparent is null && !opacity.ContainsAnyExcept((byte)Opaque))
            return [];
        _transparent ??= new double[Height * Width];
        if (_missing.Length < opacity.Length)
            _missing = new byte[_source.Width];
        for (var i = 0; i < opacity.Length; i++)
            _missing[i] = (byte)(Opaque - opacity[i]);
        return _missing.AsSpan(0, opacity.Length);
    }

    private void AddEdge(int y, ReadOnlySpan<byte> row, ReadOnlySpan<byte> transparent, int firstX, int stepX)
    {
        var count = row.Length / _target.Channels;
        if (y == 0 || y == _source.Height - 1)
        {
            for (var i = 0; i < count; i++)
                AddEdgePixel(row, transparent, i);
            return;
        }

        if (firstX == 0)
            AddEdgePixel(row, transparent, 0);
        if (firstX + (count - 1) * stepX == _source.Width - 1 && (firstX != 0 || count > 1))
            AddEdgePixel(row, transparent, count - 1);
    }

    private void AddEdgePixel(ReadOnlySpan<byte> row, ReadOnlySpan<byte> transparent, int index)
    {
        for (var c = 0; c < _target.Channels; c++)
        {
            _edgeSum += row[index * _target.Channels + c];
            _edgeTransparent += transparent.IsEmpty ? 0 : transparent[index];
            _edgeCount++;
        }
    }

    private static double[] Edges(int size, int parts) => [.. Enumerable.Range(0, parts + 1).Select(part => (double)part * size / parts)];
}
