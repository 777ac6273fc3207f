using Weft.Training;

namespace Weft.App;

/// <summary>A bar of an accuracy chart.</summary>
/// <param name="Label">The network or recipe.</param>
/// <param name="Accuracy">Length of the bar: the mean over the seeds.</param>
/// <param name="Interval">The whisker: 95 % for the first seed's run.</param>
/// <param name="Published">A mark at the study's number, or null.</param>
internal sealed record AccuracyBar(string Label, double Accuracy, ShareInterval Interval, double? Published)
{
    public static IReadOnlyList<AccuracyBar> Of(ModelComparison comparison)
    {
        // Two groups may come from one recipe, with other values.
        var shared = comparison.Groups.CountBy(group => group.Label).Where(label => label.Value > 1).Select(label => label.Key).ToHashSet();
        return
        [
            .. comparison.Groups.Select(group => new AccuracyBar(
                shared.Contains(group.Label) ? group.First.Name : group.Label, group.MeanAccuracy, group.First.Interval,
                PublishedAccuracy.Of(group.Network))),
        ];
    }

    /// <summary>Where the axis begins: no bar, whisker or mark lies below, and differences of a point can be seen.</summary>
    public static double AxisStart(IReadOnlyList<AccuracyBar> bars)
    {
        var lowest = bars.Min(bar => Math.Min(bar.Interval.Low, bar.Published ?? 1));
        return lowest < 0.5 ? 0 : Math.Max(0, Math.Floor((lowest - 0.005) * 50) / 50);
    }
}
