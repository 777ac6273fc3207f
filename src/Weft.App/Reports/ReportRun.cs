using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>A run as the report shows it: everything comes from its folder.</summary>
internal sealed class ReportRun(CheckpointReference checkpoint, StoredAnalysis analysis, string reference)
{
    public RunReader Reader { get; } = new(checkpoint.Run);

    /// <summary>What names the run in a command.</summary>
    public string Reference { get; } = reference;

    public string Checkpoint => checkpoint.Name;

    public string Name => checkpoint.Run.Name;

    public JsonObject Summary => analysis.Summary;

    public JsonObject Pictures => analysis.Pictures;

    public string Split => Summary["split"]!.GetValue<string>();

    public IReadOnlyList<string> Classes { get; } = [.. analysis.Summary["classes"]!.AsArray().Select(name => name!.GetValue<string>())];

    public IReadOnlyList<MetricsRow> Metrics => field ??= Reader.Metrics();

    public RunConfiguration Configuration => (field ??= Reader.Configuration().Value)!;

    public double Number(params ReadOnlySpan<string> path)
    {
        JsonNode node = Summary;
        foreach (var key in path)
            node = node[key]!;
        return node.GetValue<double>();
    }

    public string ClassName(JsonNode? number) => number!.GetValue<int>() is var k and >= 0 ? Classes[k] : "nothing";

    public string Accuracy => Figures.Percent(Number("accuracy"));

    public string Interval => $"{Figures.Percent(Number("accuracy_low"))[..^2]} to {Figures.Percent(Number("accuracy_high"))}";

    public TimeSpan Trained => TimeSpan.FromSeconds(Metrics.Sum(row => row.Seconds));
}
