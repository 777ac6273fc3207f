using Weft.Interchange;

namespace Weft.App;

/// <summary>What <c>track</c> handed over.</summary>
internal sealed record TrackDocument(string Run, IReadOnlyList<TrackingEntry> Targets);

/// <summary>How a hand-over to another tool went.</summary>
/// <param name="Events">How many of the run's events were handed over.</param>
/// <param name="Problem">Why it is not complete, if something failed.</param>
internal sealed record TrackingEntry(string To, string Where, long Events, bool Complete, string? Problem, IReadOnlyList<string> Notices)
{
    public static TrackingEntry Of(TrackingReport report) =>
        new(report.Target.Name(), report.Where, report.Events, report.IsComplete, report.Problem?.What, report.Notices);
}
