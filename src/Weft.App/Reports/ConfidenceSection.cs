using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Whether it is right as often as it is sure, and what keeping silent is worth.</summary>
internal static class ConfidenceSection
{
    private const int FewestInBin = 10; // fewer say nothing about a share, and draw spikes

    public static Html Render(ReportRun run)
    {
        var calibration = run.Summary.Calibration;
        ChartSeries Bins(string name, int color, IEnumerable<CalibrationBin> bins) => new(name, color,
            [.. bins.Where(bin => bin.Count >= FewestInBin).Select(bin => new ChartPoint(bin.Confidence, bin.Accuracy))]);
        var reliability = LineChart.ToSvg(new Chart("Right as often as it is sure?",
            [new ChartSeries("perfect", 7, [new ChartPoint(0, 0), new ChartPoint(1, 1)]) { IsDashed = true }, Bins("as trained", 0, calibration.Bins), Bins("with temperature", 1, calibration.ScaledBins)])
        { XName = "probability it gave", XFormat = ValueFormat.Percent, YFormat = ValueFormat.Percent, XMinimum = 0, XMaximum = 1, YInclude = 0 });
        var risk = LineChart.ToSvg(new Chart("Mistakes if it may keep silent", [new ChartSeries("wrong answers", 3, [.. run.Summary.RiskCoverage.Select(point => new ChartPoint(point.Coverage, point.Risk))])])
        { XName = "share of images answered", XFormat = ValueFormat.Percent, YFormat = ValueFormat.Percent, XMinimum = 0, XMaximum = 1, YInclude = 0 });
        return Html.Of(
            $"""
            <section><h2>How far its probabilities can be trusted</h2>
            <p class="read">Left: images in bins by the probability of the answer, bins of fewer than {FewestInBin} left out; below the dashed line it is surer than it is right. Expected calibration error {Figures.Percent(calibration.Ece)}; with logits divided by {calibration.Temperature.ToString("F3", CultureInfo.InvariantCulture)} (fitted on the validation images) {Figures.Percent(calibration.ScaledEce)}. Right: the surest answers first; area under the curve {run.Summary.RiskCoverageArea.ToString("F4", CultureInfo.InvariantCulture)}.</p>
            <div class="charts">{new Html(reliability)}{new Html(risk)}</div></section>
            """);
    }
}
