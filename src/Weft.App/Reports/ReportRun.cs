using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>A run as the report shows it: everything comes from its folder.</summary>
public sealed class ReportRun
{
    private readonly CheckpointReference _checkpoint;
    private readonly StoredAnalysis _analysis;

    internal ReportRun(CheckpointReference checkpoint, StoredAnalysis analysis, string reference)
    {
        (_checkpoint, _analysis, Reference) = (checkpoint, analysis, reference);
        Reader = new RunReader(checkpoint.Run);
        Images = new ReportImages(analysis.Pictures);
    }

    public RunReader Reader { get; }

    /// <summary>What names the run in a command.</summary>
    public string Reference { get; }

    public string Checkpoint => _checkpoint.Name;

    public string Name => _checkpoint.Run.Name;

    internal AnalysisDocument Summary => _analysis.Summary;

    internal CasesDocument Pictures => _analysis.Pictures;

    public ReportImages Images { get; }

    /// <summary>The configuration as its file has it.</summary>
    public string ConfigurationText => Encoding.UTF8.GetString(RegularFile.ReadOwn(Reader.Folder.ConfigurationFile, Array.MaxLength));

    public string Split => Summary.Split.ToString().ToLowerInvariant();

    public IReadOnlyList<MetricsRow> Metrics => field ??= Reader.Metrics();

    internal RunConfiguration Configuration => (field ??= Reader.Configuration().Value)!;

    public string ClassName(int number) => number >= 0 ? Summary.Classes[number] : "nothing";

    public string Accuracy => Figures.Percent(Summary.Accuracy);

    public string Interval => $"{Figures.Percent(Summary.AccuracyLow)[..^2]} to {Figures.Percent(Summary.AccuracyHigh)}";

    public TimeSpan Trained => TimeSpan.FromSeconds(Metrics.Sum(row => row.Seconds));
}
