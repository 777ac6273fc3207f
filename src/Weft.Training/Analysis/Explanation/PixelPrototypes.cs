namespace Weft.Training;

/// <summary>
/// What a class usually looks like: the centres of a few clusters (k-means) of its training images, in pixels averaged two by two. Knows nothing of any
/// network, so that a distance to it is not made of the mistake it shall explain.
/// </summary>
internal sealed class PixelPrototypes
{
    private const int PerClass = 5;
    private const int Rounds = 10;
    private const int MostSamples = 2000; // of a class: centres move by less than the pixels' noise beyond that

    private readonly float[][][] _centres;
    private readonly double[] _usual;
    private readonly double[] _spread;
    private readonly FeatureShape _shape;

    private PixelPrototypes(FeatureShape shape, float[][][] centres, double[] usual, double[] spread) =>
        (_shape, _centres, _usual, _spread) = (shape, centres, usual, spread);

    /// <param name="rows">The training images.</param>
    public static PixelPrototypes Of(ImageSamples samples, IReadOnlyList<int> rows, int classCount, long seed = 0)
    {
        var centres = new float[classCount][][];
        var (usual, spread) = (new double[classCount], new double[classCount]);
        for (var label = 0; label < classCount; label++)
        {
            var members = rows.Where(row => samples.Label(row) == label).ToArray();
            var order = Rng.For(seed, RngPurpose.Analysis).Derive(label).Permutation(members.Length);
            var vectors = order.Take(MostSamples).Select(i => Shrink(samples.Image(members[i]), samples.Shape)).ToArray();
            centres[label] = Cluster(vectors);
            var distances = vectors.Select(vector => Nearest(centres[label], vector).Distance).DefaultIfEmpty(0).ToArray();
            usual[label] = distances.Average();
            spread[label] = Math.Sqrt(distances.Average(distance => (distance - usual[label]) * (distance - usual[label])));
        }

        return new PixelPrototypes(samples.Shape, centres, usual, spread);
    }

    /// <summary>
    /// How unlike its own class a picture is: distance to the class's nearest centre in standard deviations of its training images' distances, 0 for a usual
    /// one.
    /// </summary>
    public double Unusualness(ReadOnlySpan<byte> image, int label) =>
        _spread[label] > 0 ? (Nearest(_centres[label], Shrink(image, _shape)).Distance - _usual[label]) / _spread[label] : 0;

    /// <summary>
    /// How much nearer the nearest centre of another class is than that of its own: (own − other) / (own + other), −1…1; above 0 it looks like another class.
    /// </summary>
    /// <param name="other">Only this class is looked at; null for all others.</param>
    public double Likeness(ReadOnlySpan<byte> image, int label, int? other = null)
    {
        var vector = Shrink(image, _shape);
        var own = Nearest(_centres[label], vector).Distance;
        var nearest = double.PositiveInfinity;
        for (var c = 0; c < _centres.Length; c++)
        {
            if (c != label && (other is null || other == c) && _centres[c].Length > 0)
                nearest = Math.Min(nearest, Nearest(_centres[c], vector).Distance);
        }

        return double.IsFinite(own) && double.IsFinite(nearest) && own + nearest > 0 ? (own - nearest) / (own + nearest) : 0;
    }

    /// <summary>k-means from the first samples that are far from the ones chosen before; a pure function of the vectors.</summary>
    private static float[][] Cluster(float[][] vectors)
    {
        if (vectors.Length == 0)
            return [];
        var centres = new List<float[]> { vectors[0] };
        while (centres.Count < Math.Min(PerClass, vectors.Length))
            centres.Add(vectors.Take(200).MaxBy(vector => Nearest(centres, vector).Distance)!);
        for (var round = 0; round < Rounds; round++)
        {
            var (sums, counts) = (centres.Select(centre => new double[centre.Length]).ToArray(), new int[centres.Count]);
            foreach (var vector in vectors)
            {
                var (cluster, _) = Nearest(centres, vector);
                counts[cluster]++;
                for (var i = 0; i < vector.Length; i++)
                    sums[cluster][i] += vector[i];
            }

            for (var k = 0; k < counts.Length; k++)
            {
                if (counts[k] > 0)
                    centres[k] = [.. sums[k].Select(sum => (float)(sum / counts[k]))];
            }
        }

        return [.. centres];
    }

    private static (int Index, double Distance) Nearest(IReadOnlyList<float[]> centres, float[] vector)
    {
        var (index, nearest) = (-1, double.PositiveInfinity);
        for (var k = 0; k < centres.Count; k++)
        {
            var distance = Distance(centres[k], vector);
            if (distance < nearest)
                (index, nearest) = (k, distance);
        }

        return (index, nearest);
    }

    private static double Distance(float[] a, float[] b)
    {
        var squares = 0f;
        for (var i = 0; i < a.Length; i++)
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(squares);
    }

    /// <summary>Means of 2 × 2 pixels; a last odd row or column is left out. Very small pictures stay as they are.</summary>
    private static float[] Shrink(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var factor = Math.Min(shape.Height, shape.Width) >= 16 ? 2 : 1;
        var (height, width) = (shape.Height / factor, shape.Width / factor);
        var small = new float[height * width];
        for (var y = 0; y < height * factor; y++)
        {
            for (var x = 0; x < width * factor; x++)
            {
                for (var c = 0; c < shape.Channels; c++)
                    small[y / factor * width + x / factor] += image[(y * shape.Width + x) * shape.Channels + c] / (255f * factor * factor * shape.Channels);
            }
        }

        return small;
    }
}
