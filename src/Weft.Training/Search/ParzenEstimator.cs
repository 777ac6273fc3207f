namespace Weft.Training;

/// <summary>
/// A density made of products of kernels, one product for each observed point and a wide one in the middle: truncated normal ones for numbers, their mass in a
/// cell for numbers that are rounded, and a preference for the observed choice.
/// </summary>
/// <remarks>
/// Numbers, on an axis from 0 to 1: the deviation of a kernel is the distance to the farther of its two neighbours among the observed places, 0 and 1 being
/// neighbours too; from two observations on the outermost have the distance to their one observed neighbour. It is at least 1/min(100, n + 2) and at most 1.
/// Choices: 1/(n + 1) each and 1 more for the observed one, divided by their sum. The newest 25 points weigh 1, older ones from 1/n for the oldest on less.
/// Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components", 2023; the constants of Optuna 5.
/// </remarks>
internal sealed class ParzenEstimator
{
    private const int FullWeights = 25;

    private readonly IReadOnlyList<SearchAxis> _axes;
    private readonly double[] _weights;
    private readonly double[][] _means; // [axis][kernel]; of a choice its index, −1: none
    private readonly double[][] _deviations;

    /// <param name="points">By number, the oldest first; a place on each axis.</param>
    public ParzenEstimator(IReadOnlyList<SearchAxis> axes, IReadOnlyList<double[]> points)
    {
        _axes = axes;
        _weights = [.. Weights(points.Count), 1];
        var sum = _weights.Sum();
        foreach (ref var weight in _weights.AsSpan())
            weight /= sum;
        _means = [.. axes.Select((axis, index) => (double[])[.. points.Select(point => point[index]), axis.IsCategorical ? -1 : 0.5])];
        _deviations = [.. axes.Select((axis, index) => axis.IsCategorical ? [] : (double[])[.. Deviations([.. _means[index].SkipLast(1)]), 1])];
    }

    /// <summary>Deviations of the kernels of observed places, in the same order.</summary>
    public static double[] Deviations(double[] places)
    {
        var (count, smallest) = (places.Length, 1 / Math.Min(100.0, places.Length + 2));
        int[] order = [.. Enumerable.Range(0, count).OrderBy(index => places[index])]; // stable: of equal places the older is to the left
        var deviations = new double[count];
        for (var i = 0; i < count; i++)
        {
            var place = places[order[i]];
            var (left, right) = (i == 0 ? place : place - places[order[i - 1]], i == count - 1 ? 1 - place : places[order[i + 1]] - place);
            var deviation = count < 2 || (i > 0 && i < count - 1) ? Math.Max(left, right) : i == 0 ? right : left;
            deviations[order[i]] = Math.Clamp(deviation, smallest, 1);
        }

        return deviations;
    }

    /// <summary>The logarithm of the density at a point.</summary>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        var logs = new double[_weights.Length];
        for (var kernel = 0; kernel < logs.Length; kernel++)
            logs[kernel] = Math.Log(_weights[kernel]);
        for (var axis = 0; axis < _axes.Count; axis++)
        {
            var (place, cell) = (point[axis], _axes[axis] is { IsCategorical: false, Levels: > 0 } rounded ? rounded.Cell(point[axis]) : default);
            for (var kernel = 0; kernel < logs.Length; kernel++)
                logs[kernel] += LogKernel(axis, kernel, place, cell);
        }

        var largest = logs.Max();
        return largest + Math.Log(logs.Sum(log => Math.Exp(log - largest)));
    }

    /// <summary>A point drawn from the density, at the value that is written.</summary>
    public double[] Draw(Rng rng)
    {
        var (kernel, share) = (0, rng.Double(0));
        while (kernel < _weights.Length - 1 && share >= _weights[kernel])
            share -= _weights[kernel++];
        return [.. _axes.Select((axis, index) => axis.IsCategorical ? Choice(axis, index) : Number(axis, index))];

        double Choice(SearchAxis axis, int index)
        {
            var observed = _means[index][kernel];
            var own = observed < 0 ? 0 : _weights.Length / (double)(_weights.Length + axis.Levels);
            var draw = rng.Double(index + 1);
            return draw < own ? observed : Math.Min(axis.Levels - 1, Math.Floor((draw - own) / (1 - own) * axis.Levels));
        }

        double Number(SearchAxis axis, int index)
        {
            var (mean, deviation) = (_means[index][kernel], _deviations[index][kernel]);
            var (below, above) = (StandardNormal.Cumulative(-mean / deviation), StandardNormal.Cumulative((1 - mean) / deviation));
            var place = mean + deviation * StandardNormal.Quantile(below + rng.Double(index + 1) * (above - below));
            return axis.Place(axis.Text(Math.Clamp(place, 0, 1)));
        }
    }

    private double LogKernel(int axis, int kernel, double place, (double Low, double High) cell)
    {
        var mean = _means[axis][kernel];
        if (_axes[axis].IsCategorical)
        {
            // 1/(n+1) for each choice, and 1 for the observed one: times n + 1.
            var all = _axes[axis].Levels + (mean < 0 ? 0.0 : _weights.Length);
            return Math.Log((mean >= 0 && mean == place ? 1.0 + _weights.Length : 1) / all);
        }

        var deviation = _deviations[axis][kernel];
        var inside = StandardNormal.Mass(-mean / deviation, (1 - mean) / deviation);
        return Math.Log(_axes[axis].Levels > 0
            ? StandardNormal.Mass((cell.Low - mean) / deviation, (cell.High - mean) / deviation) / inside
            : StandardNormal.Density((place - mean) / deviation) / (deviation * inside));
    }

    private static IEnumerable<double> Weights(int count)
    {
        var older = count - FullWeights;
        for (var i = 0; i < count; i++)
            yield return i >= older ? 1 : older == 1 ? 1.0 / count : 1.0 / count + i * ((1 - 1.0 / count) / (older - 1));
    }
}
