using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>The four suspected reasons, measured.</summary>
internal static class ReasonsSection
{
    public static Html Render(ReportRun run)
    {
        var reasons = run.Summary.Reasons;
        IntervalRow[] rows =
        [
            .. reasons.SelectMany(reason => reason.Measures)
                .Select(m => new IntervalRow(m.Measure, m.Delta, m.Low, m.High, m.Low > GroupDifference.Negligible, string.Create(CultureInfo.InvariantCulture, $"{m.Delta:+0.00;−0.00;0.00}"))),
        ];
        var sentences = Html.Join(reasons.Select(reason => Html.Of($"<dt>{reason.Title}</dt><dd class=\"{(reason.Named ? "named" : "unnamed")}\">{reason.Sentence}</dd>")));
        var curve = LineChart.ToSvg(new Chart("What more training images gave", [new ChartSeries("nearest-neighbour accuracy", 0, [.. run.Summary.LearningCurve.Select(p => new ChartPoint(p.Share, p.Accuracy))])])
        { XName = "of the training images", XFormat = ValueFormat.Percent, YFormat = ValueFormat.Percent, Height = 150 });
        return Html.Of(
            $"""
            <section><h2>Why it errs: four suspected reasons, measured</h2>
            <p class="read">Each measure compares all mistakes with all correct predictions. The effect is the chance that a mistake measures higher than a correct one, less the chance of the opposite: 0 is no difference, 1 always. The line is the 95 % interval; a reason is named only if all of it lies beyond the pale band, where effects are called negligible.</p>
            {IntervalChart.Draw(rows, -0.4, 1, [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1], value => value.ToString("0.0", CultureInfo.InvariantCulture), (-GroupDifference.Negligible, GroupDifference.Negligible))}
            <dl class="reasons">{sentences}</dl><div class="charts one">{new Html(curve)}</div></section>
            """);
    }
}
