namespace Weft.Training.Tests;

public sealed class TrainFromCodeTests : IDisposable
{
    private static readonly NetworkDescription Network = new("mine", new FeatureShape(8, 8, 1), new Sequential(
        new Conv2d(4, 3) { Name = "conv", Padding = 1 }, new BatchNorm2d { Name = "norm" }, new ReLU(), new MaxPool2d(2),
        new Flatten(), new Dropout(0.2), new Linear(TinyTraining.Classes) { Name = "fc" }));

    private static readonly TrainingOptions Options = new()
    {
        Epochs = 2,
        BatchSize = 28,
        Threads = 1,
        Seed = 3,
        Optimizer = new AdamWOptions { LearningRate = 0.01 },
        Schedule = new CosineSchedule(),
        Augmentations = [new HorizontalFlip(0.5)],
    };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_training_in_memory_gives_the_model_of_its_best_epoch_with_the_bits_that_a_run_has()
    {
        var before = Directory.GetFileSystemEntries(_folder.In("")).Length;
        var result = Trainer.Train(Network, TinyTraining.Dataset(), Options);
        Assert.Null(result.Run);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.In("")).Length);
        Assert.Equal(2, result.History.Count);
        Assert.Equal(result.History.Max(row => row.ValidationAccuracy), result.Best!.ValidationAccuracy);

        var run = Trainer.Train(Network, TinyTraining.Dataset(), Options with { Runs = new RunStore(_folder.In("runs")), RunName = "same" });
        AssertSameWeights(TrainedModel.Load(run.Run!.BestCheckpoint), result.Model);
        AssertSameWeights(run.Model, result.Model);
        Assert.Equal(["class 0", "class 1", "class 2", "class 3"], result.Model.Classes);
    }

    [Fact]
    public void What_is_put_around_an_optimizer_or_a_schedule_is_in_the_runs_configuration_and_so_is_a_record_of_the_programs_own()
    {
        var options = Options with
        {
            Optimizer = new SamOptions(new SgdOptions { LearningRate = 0.02 }) { Rho = 0.1 },
            Schedule = new WarmUp(new SawtoothSchedule { Steps = 4 }) { Epochs = 0.5 },
            Loss = new FocalLoss { Gamma = 1, LabelSmoothing = 0.1 },
        };
        var memory = Trainer.Train(Network, TinyTraining.Dataset(), options);
        var run = Trainer.Train(Network, TinyTraining.Dataset(), options with { Runs = new RunStore(_folder.In("runs")), RunName = "around" });
        AssertSameWeights(memory.Model, run.Model);

        var configuration = RunChecks.Configuration(run.Run!).Value;
        Assert.Equal(options.Optimizer, configuration.EffectiveOptimizer);
        Assert.Equal(options.Schedule, configuration.EffectiveSchedule);
        Assert.Equal(options.Loss, configuration.Loss);
    }

    [Fact]
    public void A_run_from_code_that_was_cancelled_goes_on_to_the_same_bytes()
    {
        var options = Options with { Runs = new RunStore(_folder.In("runs")), RunName = "whole" };
        var whole = Trainer.Train(Network, TinyTraining.Dataset(), options);
        using var stop = new StopAtStep(4);
        Assert.Throws<OperationCanceledException>(() => Trainer.Train(Network, TinyTraining.Dataset(), options with { RunName = "stopped" }, stop, stop.Token));
        var stopped = new RunStore(_folder.In("runs")).Find("stopped").Folder;
        var result = Trainer.Resume(stopped, TinyTraining.Dataset());
        Assert.Equal(StopReasons.Completed, result.StopReason);
        Assert.Equal(File.ReadAllBytes(whole.Run!.LastCheckpoint), File.ReadAllBytes(stopped.LastCheckpoint));
    }

    [Fact]
    public async Task Awaited_it_runs_on_another_thread_and_reports_there()
    {
        var caller = Environment.CurrentManagedThreadId;
        var threads = new HashSet<int>();
        var result = await Trainer.TrainAsync(
            Network, TinyTraining.Dataset(), Options with { Epochs = 1 }, new Heard(_ => threads.Add(Environment.CurrentManagedThreadId)),
                TestContext.Current.CancellationToken);
        Assert.DoesNotContain(caller, threads);
        Assert.NotEmpty(threads);
        Assert.Equal(1, result.Epochs);
    }

    [Fact]
    public void A_policy_of_the_callers_stops_the_training()
    {
        var result = Trainer.Train(Network, TinyTraining.Dataset(), Options with { Epochs = 5, Policies = [new StopAfter(epoch: 2)] });
        Assert.Equal(2, result.Epochs);
        Assert.Equal("enough", result.StopReason);
    }

    [Fact]
    public void All_that_is_wrong_with_the_options_is_said_at_once()
    {
        var options = Options with { Epochs = 0, BatchSize = -1, Optimizer = new SgdOptions { LearningRate = -1 } };
        var failure = Assert.Throws<WeftException>(() => Trainer.Train(Network, TinyTraining.Dataset(), options));
        Assert.Equal(3, failure.Problems.Count);
        Assert.Contains(failure.Problems, problem => problem.Where.StartsWith("optimizer.learning_rate", StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_that_does_not_fit_the_data_is_refused_before_anything_is_trained()
    {
        var options = Options with { Runs = new RunStore(_folder.In("runs")) };
        var threeClasses = Network with { Body = new Sequential(new Flatten(), new Linear(3)) };
        var otherSize = Network with { Input = new FeatureShape(9, 8, 1) };
        Assert.Throws<WeftException>(() => Trainer.Train(threeClasses, TinyTraining.Dataset(), options));
        Assert.Throws<WeftException>(() => Trainer.Train(otherSize, TinyTraining.Dataset(), options));
        Assert.False(Directory.Exists(_folder.In("runs")));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSameWeights(TrainedModel expected, TrainedModel actual)
    {
        Assert.Equal(expected.Weights.Select(tensor => tensor.Name), actual.Weights.Select(tensor => tensor.Name));
        foreach (var (left, right) in expected.Weights.Zip(actual.Weights))
            Assert.Equal(left.Values.ToArray(), right.Values.ToArray());
    }

    private sealed class StopAfter(int epoch) : ITrainingPolicy
    {
        public string Name => "stop_after";

        public Decision AfterEpoch(in EpochReport report) =>
            report.Epoch == epoch ? new Decision { StopReason = "enough", StopDetail = "as asked" } : Decision.None;
    }

    private sealed class Heard(Action<RunEvent> hear) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => hear(value);
    }
}
