namespace Weft.Training;

/// <summary>Where a class lies in a network's features, and how far its training images usually are from there.</summary>
internal sealed class ClassCentres
{
    private readonly float[][] _centres;
    private readonly double[][] _distances;

    /// <param name="train">Normalized features of the training images.</param>
    public ClassCentres(FeatureTable train, int classCount)
    {
        var (sums, counts) = (new double[classCount][], new int[classCount]);
        for (var label = 0; label < classCount; label++)
            sums[label] = new double[train.Dimension];
        for (var row = 0; row < train.Count; row++)
        {
            var sum = sums[train.Labels[row]];
            var vector = train.Row(row);
            counts[train.Labels[row]]++;
            for (var i = 0; i < vector.Length; i++)
                sum[i] += vector[i];
        }

        _centres = [.. sums.Select((sum, label) => sum.Select(value => (float)(value / Math.Max(1, counts[label]))).ToArray())];
        var distances = Enumerable.Range(0, classCount).Select(label => new List<double>(counts[label])).ToArray();
        for (var row = 0; row < train.Count; row++)
            distances[train.Labels[row]].Add(Distance(train.Row(row), train.Labels[row]));
        _distances = [.. distances.Select(list => list.Order().ToArray())];
    }

    /// <summary>Share of the class's training images that are farther from its centre than this.</summary>
    /// <param name="features">Normalized.</param>
    public double Typicality(ReadOnlySpan<float> features, int label)
    {
        var sorted = _distances[label];
        if (sorted.Length == 0)
            return 0;
        var place = Array.BinarySearch(sorted, Distance(features, label));
        return 1 - (double)(place < 0 ? ~place : place) / sorted.Length;
    }

    private double Distance(ReadOnlySpan<float> features, int label)
    {
        var (squares, centre) = (0.0, _centres[label]);
        for (var i = 0; i < centre.Length; i++)
            squares += (features[i] - centre[i]) * (double)(features[i] - centre[i]);
        return Math.Sqrt(squares);
    }
}
