using Weft.Training;

namespace Weft.Interchange;

/// <summary>How a hand-over went.</summary>
/// <param name="Where">The folder or the address where the run can be looked at.</param>
/// <param name="Events">How many of the run's events were handed over.</param>
/// <param name="IsComplete">Whether the run is handed over up to its end.</param>
/// <param name="Problem">Why it is not, if something failed.</param>
/// <param name="Notices">What a person should know although it stopped nothing.</param>
public sealed record TrackingReport(TrackingTarget Target, string Where, long Events, bool IsComplete, WeftException? Problem, IReadOnlyList<string> Notices);
