namespace Weft.Training;

/// <summary>What numbers in a run's records can be; anything else was not written by this program.</summary>
internal static class RunLimits
{
    public const int Epochs = 1_000_000;
    public const long Steps = 1_000_000_000_000;
    public const int Classes = ClassCounts.MostClasses;

    private const double LongestSeconds = 1e9; // 30 years

    /// <summary>A share of something, or NaN where there was nothing to divide by.</summary>
    public static bool IsShare(double value) => double.IsNaN(value) || value is >= 0 and <= 1;

    public static bool IsDuration(double seconds) => seconds is >= 0 and <= LongestSeconds;
}
