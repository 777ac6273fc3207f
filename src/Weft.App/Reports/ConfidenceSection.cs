using System.Globalization;
using System.Text.Json.Nodes;

namespace Weft.App;

/// <summary>Whether it is right as often as it is sure, and what keeping silent is worth.</summary>
internal static class ConfidenceSection
{
    private const int FewestInBin = 10; // fewer say nothing about a share, and draw spikes

    public static Html Render(ReportRun run)
    {
        ChartSeries Bins(string name, int color, string key) => new(name, color,
            [.. run.Summary["calibration"]![key]!.AsArray().Where(bin => bin!["count"]!.GetValue<int>() >= FewestInBin).Select(bin => new ChartPoint(bin!["confidence"]!.GetValue<double>(), bin["accuracy"]!.GetValue<double>()))]);
        var reliability = LineChart.ToSvg(new Chart("Right as often as it is sure?",
            [new ChartSeries("perfect", 7, [new ChartPoint(0, 0), new ChartPoint(1, 1)]) { IsDashed = true }, Bins("as trained", 0, "bins"), Bins("with temperature", 1, "scaled_bins")])
        { XName = "probability it gave", XFormat = ValueFormat.Percent, YFormat = ValueFormat.Percent, XMinimum = 0, XMaximum = 1, YInclude = 0 });
        var curve = run.Summary["risk_coverage"]!.AsArray();
        var risk = LineChart.ToSvg(new Chart("Mistakes if it may keep silent", [new ChartSeries("wrong answers", 3, [.. curve.Select(Point)])])
        { XName = "share of images answered", XFormat = ValueFormat.Percent, YFormat = ValueFormat.Percent, XMinimum = 0, XMaximum = 1, YInclude = 0 });
        return Html.Of(
            $"""
            <section><h2>How far its probabilities can be trusted</h2>
            <p class="read">Left: images in bins by the probability of the answer, bins of fewer than {FewestInBin} left out; below the dashed line it is surer than it is right. Expected calibration error {Figures.Percent(run.Number("calibration", "ece"))}; with logits divided by {run.Number("calibration", "temperature").ToString("F3", CultureInfo.InvariantCulture)} (fitted on the validation images) {Figures.Percent(run.Number("calibration", "scaled_ece"))}. Right: the surest answers first; area under the curve {run.Number("risk_coverage_area").ToString("F4", CultureInfo.InvariantCulture)}.</p>
            <div class="charts">{new Html(reliability)}{new Html(risk)}</div></section>
            """);
    }

    private static ChartPoint Point(JsonNode? point) => new(point!["coverage"]!.GetValue<double>(), point["risk"]!.GetValue<double>());
}
