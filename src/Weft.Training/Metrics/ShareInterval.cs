namespace Weft.Training;

/// <summary>An interval that holds a true share with 95 % probability.</summary>
public readonly record struct ShareInterval(double Low, double High)
{
    private const double Z = 1.959963984540054; // the 97.5 % point of the normal distribution

    /// <summary>
    /// Wilson's score interval: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n) with p = hits/n. Without samples nothing is known: 0…1.
    /// </summary>
    /// <remarks>Wilson, "Probable inference, the law of succession, and statistical inference", 1927.</remarks>
    public static ShareInterval Wilson(long hits, long count)
    {
        if (count == 0)
            return new ShareInterval(0, 1);
        var n = (double)count;
        var p = hits / n;
        var middle = p + Z * Z / (2 * n);
        var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        var scale = 1 + Z * Z / n;
        return new ShareInterval(Math.Max(0, (middle - half) / scale), Math.Min(1, (middle + half) / scale));
    }
}
