namespace Weft.Training;

/// <summary>How a network describes every sample of a split: the values that go into its last fully connected layer.</summary>
public sealed class FeatureTable
{
    private readonly int[] _indices;
    private readonly int[] _labels;
    private readonly float[] _values;

    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public FeatureTable(int[] indices, int[] labels, float[] values, int dimension)
    {
        if (indices.Length != labels.Length || (long)labels.Length * dimension != values.Length)
            throw new ArgumentException(
                $"{labels.Length} samples of {dimension} features are {(long)labels.Length * dimension} values but {values.Length} were given for "
                    + $"{indices.Length} indices.");
        (_indices, _labels, _values, Dimension) = (indices, labels, values, dimension);
    }

    public int Count => _labels.Length;

    public int Dimension { get; }

    /// <summary>Each sample's number in the data set's files.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>All features, laid out as [count, dimension].</summary>
    public ReadOnlySpan<float> Values => _values;

    public ReadOnlySpan<float> Row(int row) => _values.AsSpan(row * Dimension, Dimension);

    /// <summary>Every row divided by its Euclidean length (rows of zeros stay), so that a product of two rows is the cosine of their angle.</summary>
    public FeatureTable Normalized()
    {
        var values = (float[])_values.Clone();
        for (var row = 0; row < Count; row++)
        {
            var vector = values.AsSpan(row * Dimension, Dimension);
            var squares = 0.0;
            foreach (var value in vector)
                squares += (double)value * value;
            var factor = squares > 0 ? 1 / Math.Sqrt(squares) : 0;
            foreach (ref var value in vector)
                value = (float)(value * factor);
        }

        return new FeatureTable(_indices, _labels, values, Dimension);
    }

    /// <summary>The rows of several tables of one dimension, one table after the other.</summary>
    internal static FeatureTable Concat(params ReadOnlySpan<FeatureTable> tables)
    {
        var (indices, labels, values) = (new List<int>(), new List<int>(), new List<float>());
        foreach (var table in tables)
        {
            indices.AddRange(table.Indices);
            labels.AddRange(table.Labels);
            values.AddRange(table.Values);
        }

        return new FeatureTable([.. indices], [.. labels], [.. values], tables[0].Dimension);
    }

    /// <summary>A table of these rows, in the order given.</summary>
    public FeatureTable Select(IReadOnlyList<int> rows)
    {
        var values = new float[rows.Count * Dimension];
        for (var i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * Dimension));
        return new FeatureTable([.. rows.Select(row => _indices[row])], [.. rows.Select(row => _labels[row])], values, Dimension);
    }
}
