using System.Runtime.CompilerServices;

namespace Weft.Training.Tests;

/// <summary>
/// Runs that version 0.1 of commit 2a87492 trained on <see cref="TinyTraining.Dataset"/>, with 256-bit vectors: one that ended, with its evaluation and
/// analysis, one that was stopped in its second epoch, and the same one left in peace.
/// </summary>
public sealed class FormerVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FormerVersionTests() => Copy(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../Fixtures/runs-0.1"), _folder.In("runs"));

    private RunStore Store => new(_folder.In("runs"));

    [Fact]
    public void A_run_that_0_1_stopped_is_resumed_to_the_weights_that_0_1_ended_with()
    {
        using (var session = TinyTraining.Resume(_folder, "adam-stopped"))
            Assert.Equal(StopReasons.Completed, Trainer.Run(session).StopReason);
        Assert.SkipUnless(NativeBits() == 256, "it went on; vectors of another width round differently, so the bits cannot be compared here");
        AssertSame("last");
        AssertSame("best");

        void AssertSame(string name)
        {
            var (left, right) = (Store.FindCheckpoint($"adam-whole@{name}").Read(), Store.FindCheckpoint($"adam-stopped@{name}").Read());
            foreach (var (expected, actual) in left.Model.Weights.Concat(left.OptimizerState).Zip(right.Model.Weights.Concat(right.OptimizerState)))
            {
                Assert.Equal(expected.Name, actual.Name);
                Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
            }
        }
    }

    [Fact]
    public void A_run_of_0_1_has_the_metrics_that_it_had()
    {
        using var evaluation = new RunEvaluation(Store.FindCheckpoint("adam-whole"), _ => TinyTraining.Dataset(), threads: 1);
        var now = evaluation.Validation();
        var rows = new RunReader(Store.Find("adam-whole").Folder).Metrics();
        Assert.Equal(4, rows.Count);
        Assert.Equal(rows.Max(row => row.ValidationAccuracy), now.Accuracy);
        var before = RunResult.Read(Store.Find("adam-whole"), EvaluationSplit.Validation);
        Assert.Equal(before.Accuracy, now.Accuracy);
    }

    [Fact]
    public void A_run_of_0_1_can_be_extended_and_analysed()
    {
        using (var session = TrainingSession.Extend(TinyTraining.Run(_folder, "sgd"), _ => TinyTraining.Dataset(), had => had + 1))
            Assert.Equal(3, Trainer.Run(session).Epochs);
        using var analysis = new RunAnalysis(Store.FindCheckpoint("sgd"), _ => TinyTraining.Dataset(), new AnalysisOptions { Cases = 2, Threads = 1 });
        Assert.Equal(16, analysis.Run(new TestLedger(_folder.In("runs"))).Evaluation.Count);
    }

    public void Dispose() => _folder.Dispose();

    private static int NativeBits()
    {
        using var device = Device.Cpu(1);
        return device.NumericProfile.VectorBits;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
