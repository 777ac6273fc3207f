using Weft.Pictures;

namespace Weft.Training;

/// <summary>
/// Makes of any picture what a network expects that was trained on one bright thing each on black, as Fashion-MNIST's images are: the ground becomes black, the
/// thing is found, cut out, made as bright and as large as in training, and put in the middle.
/// </summary>
internal sealed class PictureAdapter
{
    private const int Side = 256; // what is looked at: enough for any network that takes grey images of this kind
    private const int Levels = 256;
    private const double Large = 0.05; // of the largest part: smaller ones are specks
    private const double Uneven = 12; // levels by which the light of a ground may differ before it is evened out
    private const int VisibleContrast = 32;
    private const double BrightShare = 0.99;

    /// <summary>Larger pictures are read row by row, and not adapted.</summary>
    public static DecoderLimits Limits { get; } = new() { MaximumPixels = 40_000_000 };

    private readonly int _height;
    private readonly int _width;
    private readonly double[] _bright; // how much each pixel differs from the ground, towards bright

    private PictureAdapter(int height, int width) => (_height, _width, _bright) = (height, width, new double[height * width]);

    /// <summary>The picture as a network takes it that was trained on such images; null where nothing is to be seen in it.</summary>
    /// <exception cref="PictureException">It is no picture, or too large.</exception>
    public static FittedPicture? Adapt(ReadOnlySpan<byte> file, string name, PictureInput input)
    {
        var header = PictureReader.Peek(file);
        var scale = Math.Min(1, (double)Side / Math.Max(header.Width, header.Height));
        var adapter = new PictureAdapter(Math.Max(1, (int)Math.Round(header.Height * scale)), Math.Max(1, (int)Math.Round(header.Width * scale)));
        var (white, remarks) = adapter.Read(file, 0xFF_FF_FF);
        var changes = PictureFile.ChangesOf(remarks) & ~(PictureChanges.Cropped | PictureChanges.Padded | PictureChanges.LaidOverBackground);
        var opacity = remarks.HasFlag(PictureRemarks.AlphaComposited) ? Opacity(white, adapter.Read(file, 0).Pixels) : null;
        if (opacity is not null && adapter.Ring().Count(i => opacity[i] < Levels / 2) * 2 > adapter.Ring().Count())
            changes |= PictureChanges.LaidOverBackground | adapter.OnTransparent(white, opacity);
        else
            changes |= adapter.OnGround(white);
        return adapter.Fitted(input) is { } pixels ? new FittedPicture(name, pixels, changes | PictureChanges.Centred) : null;
    }

    private (byte[] Pixels, PictureRemarks Remarks) Read(ReadOnlySpan<byte> file, int background)
    {
        var pixels = new byte[_height * _width];
        var policy = new PicturePolicy(_height, _width, 1) { Fitting = PictureFitting.Squash, Background = background, DecodeScale = true };
        return (pixels, PictureReader.Read(file, policy, pixels));
    }

    // Over white a pixel is brighter by 255 − opacity than over black.
    private static byte[] Opacity(byte[] white, byte[] black) =>
        [.. white.Zip(black, (bright, dark) => (byte)Math.Clamp(Levels - 1 - (bright - dark), 0, 255))];

    // The border: 2 % of each side, one pixel at least.
    private IEnumerable<int> Ring()
    {
        var (high, wide) = (Math.Max(1, _height / 50), Math.Max(1, _width / 50));
        return Enumerable.Range(0, _height * _width).Where(i =>
            i / _width < high || i / _width >= _height - high || i % _width < wide || i % _width >= _width - wide);
    }

    // A thing on nothing, as it would look on white; one that is white itself, as it is.
    private PictureChanges OnTransparent(byte[] white, byte[] opacity)
    {
        for (var i = 0; i < _bright.Length; i++)
            _bright[i] = Levels - 1 - white[i];
        if (_bright.Where((_, i) => opacity[i] >= Levels / 2).DefaultIfEmpty().Max() >= VisibleContrast)
        {
            Keep([.. opacity.Select(value => value >= Levels / 2)]);
            return PictureChanges.GroundInverted;
        }

        for (var i = 0; i < _bright.Length; i++)
            _bright[i] = white[i] * opacity[i] / (Levels - 1.0);
        Keep([.. opacity.Select(value => value >= Levels / 2)]);
        return PictureChanges.None;
    }

    private PictureChanges OnGround(byte[] grey)
    {
        int[] ring = [.. Ring()];
        var ground = GroundOf(grey, ring);
        var isBright = ring.Average(i => ground[i]) > Levels / 2;
        var differences = new byte[grey.Length];
        for (var i = 0; i < grey.Length; i++)
        {
            _bright[i] = Math.Max(0, isBright ? ground[i] - grey[i] : grey[i] - ground[i]);
            differences[i] = (byte)Math.Clamp(Math.Abs(grey[i] - ground[i]), 0, 255);
        }

        var threshold = Otsu(differences);
        Keep([.. differences.Select(difference => difference > threshold)]);
        return isBright ? PictureChanges.GroundInverted : PictureChanges.None;
    }

    // The median of the border; where its light is uneven, the parabola through it.
    private double[] GroundOf(byte[] grey, int[] ring)
    {
        var sorted = ring.Select(i => (double)grey[i]).Order().ToArray();
        var median = sorted[sorted.Length / 2];
        var deviation = Math.Sqrt(sorted.Average(value => (value - median) * (value - median)));
        var ground = new double[grey.Length];
        Array.Fill(ground, median);
        if (deviation <= Uneven || ring.Length < 6 * Terms(0).Length)
            return ground;
        var weights = LeastSquares([.. ring.Select(Terms)], [.. ring.Select(i => (double)grey[i])]);
        var left = Math.Sqrt(ring.Average(i => Math.Pow(grey[i] - Value(i), 2)));
        for (var i = 0; i < ground.Length && left < deviation / 2; i++) // else it is no light but a pattern, or the thing itself
            ground[i] = Math.Clamp(Value(i), 0, 255);
        return ground;

        double Value(int i) => Terms(i).Zip(weights, (term, weight) => term * weight).Sum();
    }

    private double[] Terms(int i)
    {
        var (y, x) = ((double)(i / _width) / _height - 0.5, (double)(i % _width) / _width - 0.5);
        return [1, x, y, x * x, x * y, y * y];
    }

    // The normal equations by elimination with pivots; a direction that nothing tells about gets 0.
    private static double[] LeastSquares(double[][] rows, double[] values)
    {
        var n = rows[0].Length;
        var matrix = new double[n, n + 1];
        foreach (var (row, value) in rows.Zip(values))
        {
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    matrix[i, j] += row[i] * row[j];
                matrix[i, n] += row[i] * value;
            }
        }

        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(matrix[row, column]));
            for (var j = 0; j <= n; j++)
                (matrix[column, j], matrix[pivot, j]) = (matrix[pivot, j], matrix[column, j]);
            for (var row = 0; row < n && Math.Abs(matrix[column, column]) > 1e-9; row++)
            {
                var factor = row == column ? 0 : matrix[row, column] / matrix[column, column];
                for (var j = column; j <= n; j++)
                    matrix[row, j] -= factor * matrix[column, j];
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => Math.Abs(matrix[i, i]) > 1e-9 ? matrix[i, n] / matrix[i, i] : 0)];
    }

    // N. Otsu, "A threshold selection method from gray-level histograms", 1979: the level that divides best.
    private static int Otsu(byte[] values)
    {
        var histogram = new int[Levels];
        foreach (var value in values)
            histogram[value]++;
        var all = histogram.Index().Sum(level => (double)level.Index * level.Item);
        var (below, belowSum, best, threshold) = (0, 0.0, -1.0, 0);
        for (var level = 0; level < Levels - 1; level++)
        {
            below += histogram[level];
            belowSum += (double)level * histogram[level];
            if (below == 0 || below == values.Length)
                continue;
            var distance = belowSum / below - (all - belowSum) / (values.Length - below);
            var between = (double)below * (values.Length - below) * distance * distance;
            if (between > best)
                (best, threshold) = (between, level);
        }

        return threshold;
    }

    // Leaves the largest connected part of a mask, what is nearly as large, and the soft edge around them.
    private void Keep(bool[] mask)
    {
        var parts = new int[mask.Length];
        var sizes = new List<int> { 0 };
        var open = new Stack<int>();
        for (var start = 0; start < mask.Length; start++)
        {
            if (!mask[start] || parts[start] > 0)
                continue;
            sizes.Add(0);
            open.Push(start);
            parts[start] = sizes.Count - 1;
            while (open.TryPop(out var i))
            {
                sizes[^1]++;
                foreach (var other in Around(i).Where(other => mask[other] && parts[other] == 0))
                {
                    parts[other] = sizes.Count - 1;
                    open.Push(other);
                }
            }
        }

        var least = Large * sizes.Max();
        var kept = parts.Select(part => part > 0 && sizes[part] >= least).ToArray();
        for (var i = 0; i < mask.Length; i++)
            _bright[i] = kept[i] || Around(i).Any(other => kept[other]) ? _bright[i] : 0;
    }

    private IEnumerable<int> Around(int i)
    {
        var (y, x) = (i / _width, i % _width);
        for (var dy = -1; dy <= 1; dy++)
            for (var dx = -1; dx <= 1; dx++)
            {
                if ((dy != 0 || dx != 0) && y + dy >= 0 && y + dy < _height && x + dx >= 0 && x + dx < _width)
                    yield return i + dy * _width + dx;
            }
    }

    // As bright as images of training, as large as they are, and in the middle.
    private byte[]? Fitted(PictureInput input)
    {
        var values = _bright.Where(value => value > 0).Order().ToArray();
        if (values.Length == 0)
            return null;
        var factor = (Levels - 1) / Math.Max(1, values[(int)(BrightShare * (values.Length - 1))]);
        // Compression leaves shadows around a thing, which belong to it and are no reason to make it smaller.
        int[] thing = [.. Enumerable.Range(0, _bright.Length).Where(i => _bright[i] * factor >= VisibleContrast)];
        if (thing.Length == 0) // what differs from the ground by less than a level
            return null;
        var (top, bottom) = (thing.Min(i => i / _width), thing.Max(i => i / _width));
        var (left, right) = (thing.Min(i => i % _width), thing.Max(i => i % _width));
        var (height, width) = (bottom - top + 1, right - left + 1);
        var cut = new byte[height * width];
        for (var i = 0; i < cut.Length; i++)
            cut[i] = (byte)Math.Clamp(Math.Round(_bright[(top + i / width) * _width + left + i % width] * factor), 0, Levels - 1);
        var (target, box) = (input.Target, new FeatureShape(height, width, 1));
        if (!input.IsWriting)
            return PictureFit.To(cut, box, target);
        var inner = target with { Height = Math.Max(1, target.Height * 20 / 28), Width = Math.Max(1, target.Width * 20 / 28) };
        return AroundItsWeight(PictureFit.To(cut, box, inner), inner, target);
    }

    private static byte[] AroundItsWeight(byte[] image, FeatureShape shape, FeatureShape target)
    {
        var sum = (double)image.Sum(value => value);
        var y = image.Index().Sum(pixel => pixel.Item * (pixel.Index / shape.Width + 0.5)) / sum;
        var x = image.Index().Sum(pixel => pixel.Item * (pixel.Index % shape.Width + 0.5)) / sum;
        var down = Math.Clamp((int)Math.Round(target.Height / 2.0 - y), 0, target.Height - shape.Height);
        var across = Math.Clamp((int)Math.Round(target.Width / 2.0 - x), 0, target.Width - shape.Width);
        var placed = new byte[target.Length];
        for (var row = 0; row < shape.Height; row++)
            image.AsSpan(row * shape.Width, shape.Width).CopyTo(placed.AsSpan((down + row) * target.Width + across));
        return placed;
    }
}
