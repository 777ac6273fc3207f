namespace Weft.App;

/// <summary>Times of single steps. The median speaks for all: a step that another program delayed does not move it.</summary>
internal sealed class StepTimes(int batch, IReadOnlyList<double> milliseconds)
{
    private readonly double[] _sorted = [.. milliseconds.Order()];

    public int Count => _sorted.Length;

    public double MedianMilliseconds => Quantile(0.5);

    public double ImagesPerSecond => batch / MedianMilliseconds * 1000;

    /// <summary>Linear between neighbours; 0 is the fastest step and 1 the slowest.</summary>
    public double Quantile(double share)
    {
        var position = share * (_sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + (_sorted[above] - _sorted[below]) * (position - below);
    }
}
