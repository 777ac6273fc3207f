namespace Weft.Training;

/// <summary>Where a Gaussian process expects the largest improvement.</summary>
/// <remarks>
/// Of 2,048 points of Sobol's sequence the best one, eight drawn by e^logEI and the best known point are the starts of local searches. Each goes up in all
/// numbers that are not rounded at once, in units of their length scales, and then in each other coordinate alone, in turns until nothing moves. The constants
/// are those of Optuna's GPSampler.
/// </remarks>
internal sealed class AcquisitionSearch(GaussianProcess process, IReadOnlyList<SearchAxis> axes, double best)
{
    private const int Samples = 2_048;
    private const int DrawnStarts = 8;
    private const int MostTurns = 100;
    private const int MostSteps = 200;
    private const int MostListed = 16; // values of a coordinate that are all tried
    private const double Tolerance = 1e-2;

    private readonly int[] _smooth = [.. axes.Index().Where(axis => axis.Item.Levels == 0).Select(axis => axis.Index)];
    private readonly double[] _lengths = [.. process.Kernel.Weights.Select(weight => 1 / Math.Sqrt(weight))];

    /// <summary>Points, the most promising first: the ends of the local searches, then the samples.</summary>
    public IReadOnlyList<double[]> Points(double[] incumbent, Rng rng)
    {
        var (samples, values) = (new double[Samples][], new double[Samples]);
        for (var i = 0; i < Samples; i++)
        {
            var point = SobolSequence.Shifted(i, axes.Count, rng.Derive(0UL));
            for (var j = 0; j < point.Length; j++)
                point[j] = axes[j].Snap(point[j]);
            (samples[i], values[i]) = (point, Value(point));
        }

        var ends = new List<(double[] Point, double Value)>();
        foreach (var start in (IEnumerable<double[]>)[.. Starts(samples, values, rng.Derive(1UL)), .. Known(incumbent)])
        {
            var point = (double[])start.Clone();
            var value = Climb(point);
            ends.Add((point, value));
        }

        return
        [
            .. ends.OrderByDescending(end => end.Value).Select(end => end.Point),
            .. samples.Index().OrderByDescending(sample => values[sample.Index]).Select(sample => sample.Item),
        ];
    }

    // A default may have a choice that is none of the space's.
    private IEnumerable<double[]> Known(double[] incumbent) =>
        axes.Index().All(axis => !axis.Item.IsCategorical || incumbent[axis.Index] >= 0) ? [incumbent] : [];

    private double Value(double[] point)
    {
        var (mean, variance) = process.At(point);
        return ExpectedImprovement.Log(mean, variance, best);
    }

    private static IEnumerable<double[]> Starts(double[][] samples, double[] values, Rng rng)
    {
        var first = Array.IndexOf(values, values.Max());
        double[] weights = [.. values.Select(value => Math.Exp(value - values[first]))];
        weights[first] = 0;
        yield return samples[first];
        for (var draw = 0; draw < DrawnStarts && weights.Sum() > 0; draw++)
        {
            var share = rng.Double(draw) * weights.Sum();
            var index = 0;
            while (index < weights.Length - 1 && share >= weights[index])
                share -= weights[index++];
            if (weights[index] == 0) // the sum was rounded
                index = Array.FindLastIndex(weights, weight => weight > 0);
            weights[index] = 0;
            yield return samples[index];
        }
    }

    /// <summary>A local search; the point is replaced.</summary>
    private double Climb(double[] point)
    {
        var value = Value(point);
        for (var turn = 0; turn < MostTurns; turn++)
        {
            var hasMoved = ClimbSmoothly(point, ref value);
            if (_smooth.Length == axes.Count)
                break;
            foreach (var (index, axis) in axes.Index())
            {
                if (axis.Levels > 0)
                    hasMoved |= axis.IsCategorical || axis.Levels <= MostListed ? TryAll(point, index, ref value) : TryLine(point, index, ref value);
            }

            if (!hasMoved)
                break;
        }

        return value;
    }

    private bool ClimbSmoothly(double[] point, ref double value)
    {
        if (_smooth.Length == 0)
            return false;
        var (full, byMean, byVariance) = ((double[])point.Clone(), new double[point.Length], new double[point.Length]);
        double Objective(ReadOnlySpan<double> scaled, Span<double> gradient)
        {
            for (var i = 0; i < _smooth.Length; i++)
                full[_smooth[i]] = Math.Clamp(scaled[i] * _lengths[_smooth[i]], 0, 1);
            var (mean, variance) = process.At(full, byMean, byVariance);
            var slopes = ExpectedImprovement.Derivatives(mean, variance, best);
            for (var i = 0; i < _smooth.Length; i++)
                gradient[i] = -_lengths[_smooth[i]] * (slopes.Mean * byMean[_smooth[i]] + slopes.Variance * byVariance[_smooth[i]]);
            return -ExpectedImprovement.Log(mean, variance, best);
        }

        double[] place = [.. _smooth.Select(index => point[index] / _lengths[index])], upper = [.. _smooth.Select(index => 1 / _lengths[index])];
        var found = -new BoundedMinimum(Objective, upper).Find(place, Tolerance, MostSteps);
        if (!(found > value))
            return false;
        for (var i = 0; i < _smooth.Length; i++)
            point[_smooth[i]] = Math.Clamp(place[i] * _lengths[_smooth[i]], 0, 1);
        value = found;
        return true;
    }

    private bool TryAll(double[] point, int index, ref double value)
    {
        var (axis, hasMoved) = (axes[index], false);
        for (var level = 0L; level < axis.Levels; level++)
            hasMoved |= Try(point, index, axis.OfLevel(level), ref value);
        return hasMoved;
    }

    // Steps of half the axis, then of a quarter … to both sides: an improvement anywhere near is found in 2·log₂ of the values.
    private bool TryLine(double[] point, int index, ref double value)
    {
        var (axis, hasMoved) = (axes[index], false);
        for (var step = axis.Levels / 2; step > 0; step /= 2)
        {
            var level = axis.LevelAt(point[index]);
            hasMoved |= (level + step < axis.Levels && Try(point, index, axis.OfLevel(level + step), ref value))
                || (level - step >= 0 && Try(point, index, axis.OfLevel(level - step), ref value));
        }

        return hasMoved;
    }

    private bool Try(double[] point, int index, double place, ref double value)
    {
        var before = point[index];
        point[index] = place;
        var changed = Value(point);
        if (changed > value + 1e-9)
        {
            value = changed;
            return true;
        }

        point[index] = before;
        return false;
    }
}
