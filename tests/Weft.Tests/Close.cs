namespace Weft.Tests;

/// <summary>The one comparison of floats with the truth: the L2 norm of the error over the L2 norm of the truth.</summary>
internal static class Close
{
    /// <param name="expected">The truth.</param>
    /// <param name="actual">As long as <paramref name="expected"/>.</param>
    /// <param name="leastSize">The error is measured by at least this norm.</param>
    public static double RelativeL2(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double leastSize = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        double error = 0, size = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }

        return Math.Sqrt(error) / Math.Max(Math.Sqrt(size), Math.Max(leastSize, double.Epsilon));
    }

    public static void Require(string what, double tolerance, ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double leastSize = 0)
    {
        var distance = RelativeL2(expected, actual, leastSize);
        Assert.True(distance <= tolerance,
            $"{what}: relative L2 error {distance:g3}, at most {tolerance:g3} is right. Expected {Head(expected.ToArray())}, got {Head(actual.ToArray())}");
    }

    private static string Head<T>(T[] values) => string.Join(", ", values.Take(4)) + (values.Length > 4 ? ", …" : "");
}
