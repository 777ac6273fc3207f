namespace Weft.App;

/// <summary>How it was trained: loss, accuracy and learning rate over the epochs.</summary>
internal static class TrainingSection
{
    public static Html Render(ReportRun run)
    {
        if (run.Metrics.Count == 0)
            return Html.Nothing;
        ChartSeries Curve(string name, int color, Func<Training.MetricsRow, double> value) => new(name, color, [.. run.Metrics.Select(row => new ChartPoint(row.Epoch, value(row)))]);
        var loss = LineChart.ToSvg(new Chart("Loss", [Curve("training", 0, row => row.TrainLoss), Curve("validation", 1, row => row.ValidationLoss)]) { XName = "epoch", XFormat = ValueFormat.Count });
        var accuracy = LineChart.ToSvg(new Chart("Accuracy", [Curve("training", 0, row => row.TrainAccuracy), Curve("validation", 1, row => row.ValidationAccuracy)]) { XName = "epoch", XFormat = ValueFormat.Count, YFormat = ValueFormat.Percent });
        var rate = LineChart.ToSvg(new Chart("Learning rate", [Curve("learning rate", 2, row => row.LearningRate)]) { XName = "epoch", XFormat = ValueFormat.Count, YFormat = ValueFormat.Rate, YInclude = 0 });
        var further = run.Metrics[^1].Further.Select(metric => new Html(LineChart.ToSvg(
            new Chart(Figures.Metric(metric.Key), [Curve("validation", 1, row => row.Further[metric.Key])]) { XName = "epoch", XFormat = ValueFormat.Count })));
        var best = run.Reader.Best;
        return Html.Of(
            $"""
            <section><h2>Training</h2><p class="read">The best epoch was {best?.Epoch ?? 0} of {run.Metrics.Count} with {Figures.Percent(best?.ValidationAccuracy ?? double.NaN)} validation accuracy; its weights are what this report is about. Training values are measured while dropout and augmentation are active, so they may lie below the validation's.{History(run)}</p>
            <div class="charts">{new Html(loss)}{new Html(accuracy)}{Html.Join(further)}{new Html(rate)}</div></section>
            """);
    }

    private static string History(ReportRun run)
    {
        if (run.Summary.History is not { } history)
            return "";
        double count = run.Summary.Count;
        string Share(int images) => Figures.Percent(images / count, 1);
        return $" Of the validation images {Share(history.AlwaysRight)} were right in every epoch, {Share(history.NeverRight)} in none, and {Share(history.Forgotten)} were learned and forgotten at least once.";
    }
}
