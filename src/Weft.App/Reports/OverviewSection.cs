namespace Weft.App;

/// <summary>What came out, in a few numbers, beside what it cost.</summary>
internal static class OverviewSection
{
    public static Html Render(IReadOnlyList<ReportRun> runs) => runs.Count == 1 ? Cards(runs[0]) : Table(runs);

    private static Html Cards(ReportRun run) => Html.Of(
        $"""
        <section class="cards">
        <div class="card main"><span>{run.Split} accuracy</span><b>{run.Accuracy}</b><small>95 %: {run.Interval}</small></div>
        <div class="card"><span>mistakes</span><b>{Figures.Count(run.Summary.Count - run.Summary.Correct)}</b><small>of {Figures.Count(run.Summary.Count)} images</small></div>
        <div class="card"><span>parameters</span><b>{Figures.Count(run.Summary.Parameters)}</b><small>{Figures.Count(run.Summary.FlopsPerImage / 1e6)} MFLOP an image</small></div>
        <div class="card"><span>training</span><b>{Figures.Duration(run.Trained)}</b><small>{run.Metrics.Count} epochs, {Figures.Count(run.Metrics.Count == 0 ? 0 : run.Metrics[^1].Step)} steps</small></div>
        <div class="card"><span>calibration error</span><b>{Figures.Percent(run.Summary.Calibration.Ece)}</b><small>{Figures.Percent(run.Summary.Calibration.ScaledEce)} with temperature {run.Summary.Calibration.Temperature.ToString("F2", System.Globalization.CultureInfo.InvariantCulture)}</small></div>
        </section>
        """);

    private static Html Table(IReadOnlyList<ReportRun> runs)
    {
        var rows = Html.Join(runs.Select((run, i) => Html.Of(
            $"<tr><th scope=\"row\"><a href=\"#run-{i + 1}\">{run.Name}</a><br><small>{run.Reader.Information.Recipe ?? run.Reader.Information.Model}, seed {run.Reader.Information.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)}</small></th><td><b>{run.Accuracy}</b><br><small>{run.Interval}, {Figures.Count(run.Summary.Count)} images</small></td><td>{Figures.Duration(run.Trained)}</td><td>{Figures.Count(run.Summary.Parameters)}</td><td>{Figures.Count(run.Summary.FlopsPerImage / 1e6)}</td><td>{Figures.Count(run.Summary.ImagesPerSecond)}</td></tr>")));
        return Html.Of(
            $"""
            <section><h2>Accuracy beside what it costs</h2>
            <div class="wide"><table class="numbers"><thead><tr><th>run</th><th>{runs[0].Split} accuracy, 95 %</th><th>training</th><th>parameters</th><th>MFLOP an image</th><th>images/s here</th></tr></thead><tbody>{rows}</tbody></table></div>
            </section>
            """);
    }
}
