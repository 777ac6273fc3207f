namespace Weft.Training.Tests;

public sealed class MacroF1MetricTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_the_mean_of_the_F1_of_the_classes_that_occur()
    {
        // Labels down, predictions across; class 3 does not occur, class 2 is never predicted.
        int[] confusion = [8, 2, 0, 0, 1, 4, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];

        Assert.Equal((16.0 / 22 + 8.0 / 11 + 0) / 3, new MacroF1Metric().Value(new ValidationResult(4, confusion, 12.0 / 18, 1)), 1e-12);
        Assert.True(double.IsNaN(new MacroF1Metric().Value(new ValidationResult(2, [0, 0, 0, 0], 0, 1))));
    }

    [Fact]
    public void A_run_can_be_watched_stopped_and_chosen_by_it_and_evaluation_finds_the_same()
    {
        TinyTraining.Train(_folder,
            TinyTraining.Configuration("training.epochs=6", "early_stopping.metric=macro_f1", "early_stopping.patience=1", "early_stopping.minimum_change=0.5",
            "schedule.name=reduce_on_plateau", "schedule.metric=macro_f1", "checkpoint.best_metric=macro_f1"));
        var reader = new RunReader(TinyTraining.Run(_folder));
        var rows = reader.Metrics();

        Assert.Equal(rows.MaxBy(row => row.Further["macro_f1"])!.Epoch, reader.Best!.Epoch);
        Assert.Equal(2, rows.Count);
        Assert.Contains(reader.Events().OfType<RunStopped>(), stopped => stopped.Detail.StartsWith("macro_f1 has not improved", StringComparison.Ordinal));
        Assert.Equal(reader.Best.Further["macro_f1"], CheckpointFile.Read(reader.Folder.BestCheckpoint).Position.Best!.Value);
    }
}
