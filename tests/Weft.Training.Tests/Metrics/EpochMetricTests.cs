namespace Weft.Training.Tests;

public sealed class EpochMetricTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.9, 0.2, 0.3, true)]
    [InlineData(0.1, 0.4, 0.3, false)]
    [InlineData(0.9, 0.3, 0.3, false)]
    [InlineData(0.9, double.NaN, 0.3, false)]
    public void By_loss_the_lower_one_is_better_whatever_the_accuracy(double accuracy, double loss, double before, bool isBetter) =>
        Assert.Equal(isBetter, new BestRule(new ValidationLossMetric()).IsBetter(accuracy, loss, MetricValues.None, new BestEpoch(1, 0.5, before)));

    [Fact]
    public void By_another_metric_its_value_counts_and_then_the_loss()
    {
        var rule = new BestRule(new LargestClassMetric());
        MetricsRow Row(int epoch, double accuracy, double loss, double value) =>
            new(epoch, epoch, 1, 0.5, loss, accuracy, 0.1, 1, 1) { Further = new MetricValues([new("largest_class", value)]) };

        Assert.Equal(3, rule.Best(
            [Row(1, 0.9, 0.1, 0.3), Row(2, 0.5, 0.9, 0.4), Row(3, 0.5, 0.8, 0.4), Row(4, 0.5, 0.8, 0.4), Row(5, 1, 0, double.NaN)])!.Epoch);
        Assert.Null(rule.Best([Row(1, 0.9, 0.1, double.NaN)]));
        Assert.Equal(0.4, rule.Remember(2, 0.5, 0.9, Row(2, 0.5, 0.9, 0.4).Further).Value);
    }

    [Fact]
    public void Early_stopping_goes_by_any_metric()
    {
        var policy = new StopWhenNoImprovement(new EarlyStoppingConfiguration { Patience = 1, Metric = new LargestClassMetric() });
        Decision After(int epoch, double value) =>
            policy.AfterEpoch(new EpochReport(epoch, 0.1 * epoch, 1, null) { Further = new MetricValues([new("largest_class", value)]) });

        Assert.Null(After(1, 0.5).StopReason);
        var stopped = After(2, 0.4);
        Assert.Equal(StopReasons.NoImprovement, stopped.StopReason);
        Assert.StartsWith("largest_class has not improved", stopped.StopDetail);
    }

    [Fact]
    public void Further_columns_come_after_the_nine_and_before_the_checksum_and_survive_damage()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=3"));
        var run = TinyTraining.Run(_folder);
        var lines = File.ReadAllLines(run.MetricsFile);
        var reader = new RunReader(run);
        Assert.Equal(MetricsRow.HeaderOf(EpochMetric.Further.Select(metric => metric.Name)) + MetricsRow.ChecksumColumn, lines[0]);
        var rows = reader.Metrics();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.False(double.IsNaN(row.Further["largest_class"])));
        Assert.Equal(rows, reader.Events().OfType<EpochDone>().Select(epoch => epoch.ToRow())
            .Select((row, i) => row with { Seconds = rows[i].Seconds, ImagesPerSecond = rows[i].ImagesPerSecond }));

        File.WriteAllLines(run.MetricsFile, [lines[0], lines[1], lines[2].Replace(',', ';'), lines[3]]);
        Assert.Equal(2, reader.Metrics().Count);
        using var recorder = new RunRecorder(run, null, TimeProvider.System);
        Assert.Equal(rows.Select(row => row.Further), reader.Metrics().Select(row => row.Further));
        File.WriteAllLines(run.MetricsFile, lines[1..]);
        Assert.Equal(rows, reader.Metrics());
    }

    [Fact]
    public void A_file_with_nine_columns_goes_on_with_nine()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"));
        var run = TinyTraining.Run(_folder);
        File.WriteAllText(run.MetricsFile, MetricsRow.Header + "\n" + new RunReader(run).Metrics()[0].ToCsv([]) + "\n");
        using (var recorder = new RunRecorder(run, null, TimeProvider.System))
        {
            recorder.Record(new MetricsRow(2, 14, 1, 0.5, 1, 0.5, 0.1, 1, 1) { Further = new MetricValues([new("largest_class", 0.5)]) });
            recorder.Flush(run);
        }

        Assert.Equal([MetricsRow.Header, "2,14,1,0.5,1,0.5,0.1,1,1"], File.ReadAllLines(run.MetricsFile).Where((_, i) => i != 1));
        Assert.Equal([0, 0], new RunReader(run).Metrics().Select(row => row.Further.Count));
    }

    [Fact]
    public void What_the_best_epoch_is_chosen_by_lasts()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("checkpoint.best_metric=validation_loss"));
        var run = TinyTraining.Run(_folder);
        File.WriteAllText(run.ConfigurationFile, File.ReadAllText(run.ConfigurationFile)
            .Replace("best_metric: validation_loss", "best_metric: validation_accuracy"));

        Assert.Contains("checkpoint.best_metric", Assert.Throws<WeftException>(() => RunChecks.Configuration(run)).What);
    }
}
