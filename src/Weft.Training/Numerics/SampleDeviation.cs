namespace Weft.Training;

/// <summary>How far the values of a few runs lie apart.</summary>
internal static class SampleDeviation
{
    /// <summary>Standard deviation with n − 1; NaN for fewer than two.</summary>
    public static double Of(IReadOnlyList<double> values) => values.Count < 2 ? double.NaN
        : values.Average() is var mean ? Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Count - 1)) : double.NaN;
}
