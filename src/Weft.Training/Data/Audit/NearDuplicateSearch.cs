using System.Numerics;
using System.Runtime.Intrinsics;

namespace Weft.Training;

/// <summary>
/// Finds every pair of images whose correlation reaches a threshold, without comparing every pair in full.
/// </summary>
/// <remarks>
/// With u = (image − mean) / ‖image − mean‖ the correlation of two images is r = u·v, and ‖u − v‖² = 2 − 2r. An orthogonal projection shortens no
/// distance's square beyond it: pairs whose projections are farther apart than 2 − 2·threshold cannot qualify. The projection is onto block means, turned
/// to their principal axes so that the first few components tell most; the first one is sorted, which limits the pairs that are looked at.
/// No pair is missed, whatever the data, as long as no more than <see cref="MostCompared"/> bytes come so close. Images are asked for when they are needed
/// and not kept.
/// </remarks>
internal sealed class NearDuplicateSearch
{
    /// <summary>After so many bytes of full comparisons a search ends: where images look alike, their number grows with the square of the images.</summary>
    public const long MostCompared = 200_000_000_000;

    private const int Kept = 16;

    // Images whose projections are compared at once.
    private const int Lanes = 8;
    private const int MaximumBlocksPerSide = 8;

    // Above the rounding of projected squares in single precision, far below a difference that matters.
    private const float Slack = 1e-4f;

    private readonly ImageOf _image;
    private readonly int[] _order;
    private readonly float[][] _features;

    // Of each image the sum of its values, and √(n·Σx² − (Σx)²).
    private readonly long[] _sums;
    private readonly double[] _norms;

    /// <param name="image">Any of <paramref name="count"/> images of <paramref name="shape"/>; several threads ask at once.</param>
    /// <param name="flatVariance">Images with less variance are passed over: nearly plain ones look all alike. Those of one value always are.</param>
    public NearDuplicateSearch(
        int count, FeatureShape shape, ImageOf image, int threads, double flatVariance = 0, CancellationToken cancellationToken = default)
    {
        _image = image;
        var blocks = BlocksOf(shape, out var sizes);
        var dimension = sizes.Length;
        var all = new float[checked(count * dimension)];
        (_sums, _norms) = (new long[count], new double[count]);
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            i => (_sums[i], _norms[i]) = Project(image(i), blocks, sizes, flatVariance, all.AsSpan(i * dimension, dimension)));
        var varied = Enumerable.Range(0, count).Where(i => _norms[i] > 0).ToArray();
        for (var n = 0; n < varied.Length; n++)
            all.AsSpan(varied[n] * dimension, dimension).CopyTo(all.AsSpan(n * dimension));
        var means = all.AsSpan(0, varied.Length * dimension);
        var axes = varied.Length > 0 ? PrincipalAxes.Of(means, dimension) : new double[dimension, dimension];
        var turned = new float[varied.Length * Kept];
        for (var n = 0; n < varied.Length; n++)
        {
            for (var axis = 0; axis < Math.Min(Kept, dimension); axis++)
            {
                var sum = 0.0;
                for (var i = 0; i < dimension; i++)
                    sum += axes[axis, i] * means[n * dimension + i];
                turned[n * Kept + axis] = (float)sum;
            }
        }

        var sorted = Enumerable.Range(0, varied.Length).OrderBy(n => turned[n * Kept]).ToArray();
        _order = [.. sorted.Select(n => varied[n])];
        // Component by component; behind the end stands infinity, which is close to nothing.
        _features = new float[Kept][];
        for (var k = 0; k < Kept; k++)
        {
            _features[k] = new float[sorted.Length + Lanes];
            Array.Fill(_features[k], float.PositiveInfinity);
            for (var n = 0; n < sorted.Length; n++)
                _features[k][n] = turned[sorted[n] * Kept + k];
        }
    }

    /// <summary>All pairs (first below second) by number, up to <paramref name="maximumPairs"/> of them, and whether there were more.</summary>
    public (IReadOnlyList<(int First, int Second, double Correlation)> Pairs, bool IsCut) Find(
        double threshold, int maximumPairs, CancellationToken cancellationToken)
    {
        var pairs = new List<(int First, int Second, double Correlation)>();
        var limit = (float)(2 - 2 * threshold) + Slack;
        var window = MathF.Sqrt(limit);
        var compared = 0L;
        for (var i = 0; i < _order.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var image = ReadOnlySpan<byte>.Empty;
            for (var j = i + 1; j < _order.Length && _features[0][j] - _features[0][i] <= window; j += Lanes)
            {
                for (var close = CloseLanes(i, j, limit); close != 0; close &= close - 1)
                {
                    var k = j + BitOperations.TrailingZeroCount(close);
                    if (image.IsEmpty)
                        image = _image(_order[i]);
                    if ((compared += image.Length) > MostCompared)
                        return (Sorted(pairs), true);
                    var correlation = Correlate(_order[i], image, _order[k]);
                    if (correlation < threshold)
                        continue;
                    if (pairs.Count == maximumPairs)
                        return (Sorted(pairs), true);
                    pairs.Add((Math.Min(_order[i], _order[k]), Math.Max(_order[i], _order[k]), correlation));
                }
            }
        }

        return (Sorted(pairs), false);
    }

    /// <summary>A bit for each of the eight images from <paramref name="j"/>: whether its projection is close to that of image <paramref name="i"/>.</summary>
    private uint CloseLanes(int i, int j, float limit)
    {
        var distance = Vector256<float>.Zero;
        var bound = Vector256.Create(limit);
        for (var k = 0; k < Kept; k++)
        {
            var difference = Vector256.LoadUnsafe(ref _features[k][j]) - Vector256.Create(_features[k][i]);
            distance += difference * difference;
            if (k % 4 == 3 && Vector256.GreaterThanAll(distance, bound))
                return 0;
        }

        return Vector256.LessThanOrEqual(distance, bound).ExtractMostSignificantBits();
    }

    // Pearson's correlation over all bytes, from exact sums.
    private double Correlate(int a, ReadOnlySpan<byte> imageOfA, int b) =>
        ((double)imageOfA.Length * Products(imageOfA, _image(b)) - (double)_sums[a] * _sums[b]) / (_norms[a] * _norms[b]);

    // A product of two bytes fits into 16 bits, and so many of them into 32.
    private static long Products(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        const int Block = 1 << 15;
        var sum = 0L;
        var i = 0;
        while (a.Length - i >= Vector<byte>.Count)
        {
            var part = Vector<uint>.Zero;
            for (var end = Math.Min(a.Length - Vector<byte>.Count, i + Block); i <= end; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(a[i..]), out var lowA, out var highA);
                Vector.Widen(new Vector<byte>(b[i..]), out var lowB, out var highB);
                Vector.Widen(lowA * lowB, out var first, out var second);
                Vector.Widen(highA * highB, out var third, out var fourth);
                part += first + second + (third + fourth);
            }

            for (var lane = 0; lane < Vector<uint>.Count; lane++)
                sum += part[lane];
        }

        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static List<(int First, int Second, double Correlation)> Sorted(List<(int First, int Second, double Correlation)> pairs)
    {
        pairs.Sort((left, right) => (left.First, left.Second).CompareTo((right.First, right.Second)));
        return pairs;
    }

    /// <summary>The block of each value of an image, and how many values each block has.</summary>
    private static int[] BlocksOf(FeatureShape shape, out int[] sizes)
    {
        var side = (Math.Max(shape.Height, shape.Width) + MaximumBlocksPerSide - 1) / MaximumBlocksPerSide;
        var perRow = (shape.Width + side - 1) / side;
        var blocks = new int[shape.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (y, x) = Math.DivRem(i / shape.Channels, shape.Width);
            blocks[i] = y / side * perRow + x / side;
        }

        sizes = new int[(shape.Height + side - 1) / side * perRow];
        foreach (var block in blocks)
            sizes[block]++;
        return blocks;
    }

    /// <summary>Components of u along the blocks' unit vectors, and what a correlation needs of the image; a norm of 0 where it is flat.</summary>
    private static (long Sum, double Norm) Project(ReadOnlySpan<byte> image, int[] blocks, int[] sizes, double flatVariance, Span<float> result)
    {
        Span<long> sums = stackalloc long[sizes.Length];
        sums.Clear();
        long sum = 0, squares = 0;
        for (var i = 0; i < image.Length; i++)
        {
            sums[blocks[i]] += image[i];
            sum += image[i];
            squares += image[i] * image[i];
        }

        var mean = (double)sum / image.Length;
        if (squares * (long)image.Length == sum * sum || (double)squares / image.Length - mean * mean < flatVariance)
            return (sum, 0);
        var norm = Math.Sqrt(squares - mean * sum);
        for (var k = 0; k < sizes.Length; k++)
            result[k] = (float)((sums[k] - sizes[k] * mean) / (Math.Sqrt(sizes[k]) * norm));
        double n = image.Length;
        return (sum, Math.Sqrt(n * squares - (double)sum * sum));
    }
}

/// <summary>The pixels of image number <paramref name="index"/>.</summary>
internal delegate ReadOnlySpan<byte> ImageOf(int index);
