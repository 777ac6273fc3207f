namespace Weft.Training;

/// <summary>
/// Fits a Gaussian process to all values and takes the settings with the largest expected improvement, by its logarithm. Running trials count with what the
/// process expects of them, so that parallel ones keep their distance. Failed ones are left out; pruned ones count with the value they had. The first ten
/// trials, and further ones until ten have a value, are Sobol's points.
/// </summary>
internal sealed class GaussianProcessMethod(SearchSpace space, long seed) : SearchMethod(space, seed)
{
    private readonly SobolMethod _first = new(space, seed);
    private readonly SearchAxes _axes = new(space);

    /// <summary>Whether a trial has a value that the process is fitted to.</summary>
    public static bool Counts(SeenTrial trial) => trial.State is SeenState.Finished or SeenState.Pruned && double.IsFinite(trial.Value);

    public override IReadOnlyList<string> Suggest(int number, IReadOnlyList<SeenTrial> seen)
    {
        SeenTrial[] known = [.. seen.Where(Counts)];
        if (number <= ParzenMethod.FirstTrials || known.Length < ParzenMethod.FirstTrials || _axes.Free.Count == 0)
            return _first.Suggest(number, seen);
        List<double[]> points = [.. known.Select(trial => _axes.Places(trial.Settings))];
        var values = Standardized([.. known.Select(trial => trial.Value)]);
        var kernel = GaussianKernelFit.Of(points, values, [.. _axes.Free.Select(axis => axis.IsCategorical)]);
        var (best, incumbent) = (values.Max(), points[values.IndexOf(values.Max())]);

        var process = GaussianProcess.Of(kernel, points, values);
        double[][] running = [.. seen.Where(trial => trial.State is SeenState.Running).Select(trial => _axes.Places(trial.Settings))];
        if (running.Length > 0)
            process = GaussianProcess.Of(kernel, [.. points, .. running], [.. values, .. running.Select(point => process.At(point).Mean)]);
        var taken = SearchSpace.Taken(seen);
        return new AcquisitionSearch(process, _axes.Free, best).Points(incumbent, Random(SearchDraw.Starts, number))
            .Select(point => _axes.Settings(point)).FirstOrDefault(settings => !taken.Contains(settings))
            ?? Space.DrawUnseen(Random(SearchDraw.Settings, number), seen);
    }

    // Larger is better, with the mean 0 and the variance 1; all 0 where all are the same.
    private static List<double> Standardized(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        return [.. values.Select(value => (mean - value) / Math.Max(1e-10, deviation))];
    }
}
