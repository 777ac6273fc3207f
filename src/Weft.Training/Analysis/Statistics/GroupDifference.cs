namespace Weft.Training;

/// <summary>
/// Whether values of one group tend to lie above those of another. Delta = P(a &gt; b) − P(a &lt; b) over all pairs (Cliff's delta, the rank-biserial
/// correlation): −1…1, 0 for no difference. The interval holds the true one with 95 % probability.
/// </summary>
/// <remarks>
/// Cliff, "Dominance statistics", 1993. Variance of the area (1 + delta) / 2 from its placements: DeLong et al., "Comparing the areas under two or more
/// correlated receiver operating characteristic curves", 1988.
/// </remarks>
public readonly record struct GroupDifference(double Delta, double Low, double High, int FirstCount, int SecondCount)
{
    /// <summary>Below it an effect is customarily called negligible (Romano et al., "Appropriate statistics for ordinal level data", 2006).</summary>
    public const double Negligible = 0.147;

    private const double Z = 1.959963984540054; // the 97.5 % point of the normal distribution

    /// <summary>Nothing is known with fewer than two values in a group: delta 0, interval −1…1.</summary>
    public static GroupDifference Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count < 2 || second.Count < 2)
            return new GroupDifference(0, -1, 1, first.Count, second.Count);
        var (a, b) = (Sorted(first), Sorted(second));
        var ofFirst = Placements(first, b);
        var ofSecond = Placements(second, a);
        var delta = ofFirst.Average();
        var deviation = Math.Sqrt(Variance(ofFirst) / first.Count + Variance(ofSecond) / second.Count);
        return new GroupDifference(delta, Math.Max(-1, delta - Z * deviation), Math.Min(1, delta + Z * deviation), first.Count, second.Count);
    }

    /// <summary>"negligible", "small", "medium" or "large", by the customary bounds 0.147, 0.33 and 0.474.</summary>
    public string Size => Math.Abs(Delta) switch { < Negligible => "negligible", < 0.33 => "small", < 0.474 => "medium", _ => "large" };

    private static double[] Sorted(IReadOnlyList<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>For each value the share of the others below it minus the share above it.</summary>
    private static double[] Placements(IReadOnlyList<double> values, double[] others)
    {
        var placements = new double[values.Count];
        for (var i = 0; i < placements.Length; i++)
            placements[i] = (CountBelow(others, values[i], orEqual: false) - (others.Length - CountBelow(others, values[i], orEqual: true))) / (
                double)others.Length;
        return placements;
    }

    private static int CountBelow(double[] sorted, double value, bool orEqual)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value || (orEqual && sorted[middle] == value))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }
}
