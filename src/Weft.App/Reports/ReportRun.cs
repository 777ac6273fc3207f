using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>A run as the report shows it: everything comes from its folder.</summary>
public sealed class ReportRun(CheckpointReference checkpoint, StoredAnalysis analysis, string reference)
{
    public RunReader Reader { get; } = new(checkpoint.Run);

    /// <summary>What names the run in a command.</summary>
    public string Reference { get; } = reference;

    public string Checkpoint => checkpoint.Name;

    public string Name => checkpoint.Run.Name;

    public AnalysisDocument Summary => analysis.Summary;

    public CasesDocument Pictures => analysis.Pictures;

    public ReportImages Images { get; } = new(analysis.Pictures);

    /// <summary>The configuration as its file has it.</summary>
    public string ConfigurationText => Encoding.UTF8.GetString(RegularFile.ReadOwn(Reader.Folder.ConfigurationFile, Array.MaxLength));

    public string Split => Summary.Split.ToString().ToLowerInvariant();

    public IReadOnlyList<MetricsRow> Metrics => field ??= Reader.Metrics();

    public RunConfiguration Configuration => (field ??= Reader.Configuration().Value)!;

    public string ClassName(int number) => number >= 0 ? Summary.Classes[number] : "nothing";

    public string Accuracy => Figures.Percent(Summary.Accuracy);

    public string Interval => $"{Figures.Percent(Summary.AccuracyLow)[..^2]} to {Figures.Percent(Summary.AccuracyHigh)}";

    public TimeSpan Trained => TimeSpan.FromSeconds(Metrics.Sum(row => row.Seconds));
}
