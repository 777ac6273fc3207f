using Weft.Training;

namespace Weft.App;

/// <summary>What <c>sweep finals</c> and <c>ablate</c> print.</summary>
/// <param name="Choice">The name of the row to take.</param>
/// <param name="File">The table as CSV.</param>
internal sealed record ContestDocument(string Metric, IReadOnlyList<ContestEntry> Rows, string Choice, string File)
{
    public static ContestDocument Of(ContestTable table, string file) =>
        new(table.Metric.Name, [.. table.Rows.Select(ContestEntry.Of)], table.Choice.Contender.Name, file);
}

/// <summary>A configuration of a contest.</summary>
/// <param name="Runs">Their folders, by seed.</param>
/// <param name="Values">The metric at each run's best epoch, by seed.</param>
/// <param name="Mean">Null where a run diverged.</param>
/// <param name="Difference">The mean over the seeds of what the values are above the first row's; null for that row.</param>
/// <param name="DifferenceMargin">Half the width of its 95 % interval; null for one seed.</param>
/// <param name="CorrectedP">McNemar's mid-p against the first row after Holm's correction; null for that row.</param>
/// <param name="Luck">What the search promised beyond the mean; null where nothing searched.</param>
internal sealed record ContestEntry(
    string Name, string Label, IReadOnlyList<string> Runs, IReadOnlyList<double> Values, double? Mean, double? Deviation, double? Difference,
    double? DifferenceMargin, double? CorrectedP, bool ToldApart, double? Luck)
{
    public static ContestEntry Of(ContestRow row) => new(
        row.Contender.Name, row.Contender.Label, [.. row.Runs.Select(run => run.Run.Folder.Path)], row.Values, row.HasDiverged ? null : row.Mean,
        double.IsNaN(row.Deviation) ? null : row.Deviation, row.Difference, row.DifferenceMargin, row.Corrected, row.CanBeToldApart, row.Luck);
}
