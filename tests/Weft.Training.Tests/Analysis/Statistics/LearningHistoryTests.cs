namespace Weft.Training.Tests;

public sealed class LearningHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Learned_is_the_start_of_the_last_streak_and_forgotten_counts_its_breaks()
    {
        var history = LearningHistory.Of([1, 1, 1, 1], [(1, [1, 0, 1, 0]), (2, [0, 0, 1, -1]), (3, [1, 1, 1, 0]), (4, [1, 0, 1, 0])]);
        Assert.Equal([new SampleHistory(3, 1, 3), new SampleHistory(null, 1, 1), new SampleHistory(1, 0, 4), new SampleHistory(null, 0, 0)], history.Samples);
        Assert.Equal((4, 1, 1, 2), (history.Epochs, history.AlwaysRight, history.NeverRight, history.EverForgotten));
    }

    [Fact]
    public void A_run_tells_its_predictions_after_each_epoch()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=3"));
        var reference = new RunStore(_folder.In("runs")).FindCheckpoint("run@last");
        using var analysis = new RunAnalysis(reference, _ => TinyTraining.Dataset(), new AnalysisOptions { Cases = 2, Threads = 1 });
        var result = analysis.Run(new TestLedger(_folder.In("runs")));
        Assert.Equal(3, result.History!.Epochs);
        var right = Enumerable.Range(0, result.Evaluation.Count)
            .Where(row => result.Evaluation.Predictions.Predictions[row] == result.Evaluation.Predictions.Labels[row]);
        Assert.Equal(right, Enumerable.Range(0, result.Evaluation.Count).Where(row => result.History.Samples[row].LearnedEpoch is not null));
    }
}
