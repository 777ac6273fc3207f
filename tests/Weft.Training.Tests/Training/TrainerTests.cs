namespace Weft.Training.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _runs;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tiny_network_learns_and_the_result_says_so()
    {
        var result = TinyTraining.Train(_folder,
            TinyTraining.Configuration("training.epochs=8", "optimizer.learning_rate=0.05", "model.dropout=0", "augmentation.shift=0", "model.width=0.25"));

        Assert.Equal(StopReasons.Completed, result.StopReason);
        Assert.Equal(8, result.Epochs);
        Assert.Equal(8 * 7, result.Steps);
        Assert.True(result.Best!.ValidationAccuracy > 0.9, string.Join("\n", new RunReader(result.Run!).Metrics().Select(r => r.ToCsv())));
        Assert.True(result.TrainTime > TimeSpan.Zero && result.ImagesPerSecond > 0);
        var rows = new RunReader(result.Run!).Metrics();
        Assert.Equal(Enumerable.Range(1, 8), rows.Select(row => row.Epoch));
        Assert.Equal(result.Best.Epoch, new RunReader(result.Run!).Best!.Epoch);
        Assert.True(rows[^1].TrainLoss < rows[0].TrainLoss / 2);
    }

    [Fact]
    public void The_best_checkpoint_has_the_accuracy_that_was_reported()
    {
        var result = TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=4"));

        using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("run"), _ => TinyTraining.Dataset(), threads: 2);
        var found = evaluation.Validation();

        Assert.Equal(result.Best!.ValidationAccuracy, found.Accuracy);
        Assert.Equal(result.Best.ValidationLoss, found.Loss);
        Assert.Equal(result.Best.Epoch, evaluation.Reference.Read().Position.CompletedEpochs);
    }

    [Fact]
    public void With_an_average_of_the_weights_the_averages_are_validated_and_kept()
    {
        var result = TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=4", "training.ema_decay=0.9"));

        using var evaluation = new RunEvaluation(new RunStore(_folder.In("runs")).FindCheckpoint("run"), _ => TinyTraining.Dataset(), threads: 2);
        var found = evaluation.Validation();
        Assert.Equal((result.Best!.ValidationAccuracy, result.Best.ValidationLoss), (found.Accuracy, found.Loss));
        var checkpoint = CheckpointFile.Read(TinyTraining.Run(_folder).LastCheckpoint);
        var trained = checkpoint.OptimizerState.Single(tensor => tensor.Name == "trained.conv1.weight").Values.ToArray();
        Assert.NotEqual(trained, checkpoint.Model.Weights.Single(tensor => tensor.Name == "conv1.weight").Values.ToArray());

        // The average changes what is kept, not what is trained.
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=4"), "plain");
        Assert.Equal(trained, CheckpointFile.Read(TinyTraining.Run(_folder, "plain").LastCheckpoint).Model.Weights.Single(
            tensor => tensor.Name == "conv1.weight").Values.ToArray());
    }

    [Fact]
    public void Augmentation_can_be_switched_off_as_a_whole()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("augmentation.enabled=false"), "one");
        TinyTraining.Train(_folder, TinyTraining.Configuration("augmentation.horizontal_flip=0", "augmentation.shift=0"), "other");

        Assert.Equal(Weights("one"), Weights("other"));

        float[] Weights(string run) =>
            CheckpointFile.Read(TinyTraining.Run(_folder, run).LastCheckpoint).Model.Weights.Single(tensor => tensor.Name == "conv1.weight").Values.ToArray();
    }

    [Fact]
    public void Sharpness_aware_last_epochs_leave_the_first_ones_as_they_are()
    {
        string[] sam = ["training.epochs=3", "optimizer.sam_rho=0.5"];
        var (plain, last, all) = (Losses("training.epochs=3"), Losses([.. sam, "optimizer.sam_last_epochs=1"]), Losses(sam));

        Assert.Equal(plain[..2], last[..2]);
        Assert.NotEqual(plain[2], last[2]);
        Assert.NotEqual(plain[0], all[0]);
        Assert.Equal(all, Losses([.. sam, "optimizer.sam_last_epochs=3"]));

        double[] Losses(params string[] sets) =>
            [.. new RunReader(TinyTraining.Train(_folder, TinyTraining.Configuration(sets), $"run{_runs++}").Run!).Metrics().Select(row => row.ValidationLoss)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_number_of_threads_changes_no_byte(int threads)
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "one");
        TinyTraining.Train(_folder, TinyTraining.Configuration($"training.threads={threads}"), "other");

        AssertSameCheckpoints("one", "other");
    }

    [Fact]
    public void Another_seed_gives_other_bytes()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "one");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.seed=6"), "other");

        Assert.NotEqual(Read("one", "last"), Read("other", "last"));
    }

    [Theory]
    [InlineData("optimizer.name=sgd", "schedule.name=one_cycle")]
    [InlineData("optimizer.name=adam", "schedule.name=constant")]
    [InlineData("optimizer.name=adamw", "schedule.name=reduce_on_plateau", "schedule.patience=0", "schedule.minimum_change=10")]
    [InlineData("optimizer.name=rmsprop", "schedule.name=cosine", "optimizer.sam_rho=0.05", "schedule.warm_up_epochs=1")]
    [InlineData("optimizer.name=sgd", "early_stopping.patience=1", "early_stopping.minimum_change=0.9", "augmentation.mixup=0.4", "optimizer.clip_norm=1")]
    [InlineData("optimizer.name=adamw", "training.ema_decay=0.9", "model.normalization=group", "model.normalization_groups=2",
        "model.activation=gelu", "model.spatial_dropout=0.2")]
    [InlineData("optimizer.name=sgd", "training.ema_decay=0.99", "optimizer.sam_rho=0.05", "model.width=0.25", "augmentation.off_last_epochs=1")]
    [InlineData("optimizer.name=adamw", "optimizer.sam_rho=0.05", "optimizer.sam_last_epochs=2")]
    [InlineData("optimizer.name=lion", "optimizer.learning_rate=0.002", "optimizer.weight_decay=0.5")]
    public void Stopping_and_resuming_at_every_step_gives_the_same_bytes(params string[] sets)
    {
        var configuration = TinyTraining.Configuration([.. sets, "training.epochs=3"]);
        var whole = TinyTraining.Train(_folder, configuration, "whole");
        TrainingResult result;
        using (var plan = TinyTraining.Begin(_folder, configuration, "parts"))
        using (var stop = new StopAtStep(1))
            result = Trainer.Run(plan, stop, stop.Token);
        for (var step = 2; result.StopReason == StopReasons.Interrupted; step++)
        {
            Assert.True(step < 40);
            using var plan = TinyTraining.Resume(_folder, "parts", threads: 1 + step % 2);
            using var stop = new StopAtStep(step);
            result = Trainer.Run(plan, stop, stop.Token);
        }

        Assert.Equal(whole.StopReason, result.StopReason);
        Assert.Equal(whole.StopDetail, result.StopDetail);
        Assert.Equal(whole.Best, result.Best);
        AssertSameCheckpoints("whole", "parts");
        AssertSameRecords("whole", "parts");
    }

    [Fact]
    public void A_stop_during_validation_resumes_with_the_same_bytes()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "whole");
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration("checkpoint.every_steps=7"), "parts"))
        using (var stop = new StopAtStep(long.MaxValue))
        using (var source = new CancellationTokenSource())
        {
            // The save after the epoch's last step comes just before the validation.
            var observer = new StopAtSave(7, source);
            Assert.Equal(StopReasons.Interrupted, Trainer.Run(plan, observer, source.Token).StopReason);
        }

        using (var plan = TinyTraining.Resume(_folder, "parts"))
        {
            Assert.Equal((0, 7), (plan.Start.CompletedEpochs, plan.Start.StepInEpoch));
            Assert.Equal(StopReasons.Completed, Trainer.Run(plan).StopReason);
        }

        AssertSameCheckpoints("whole", "parts");
        AssertSameRecords("whole", "parts");
    }

    [Fact]
    public void Resuming_a_finished_run_changes_nothing()
    {
        var first = TinyTraining.Train(_folder, TinyTraining.Configuration());
        var before = Read("run", "last");
        using var plan = TinyTraining.Resume(_folder);

        var again = Trainer.Run(plan);

        Assert.Equal((first.StopReason, first.Best, first.Steps), (again.StopReason, again.Best, again.Steps));
        Assert.Equal(before, Read("run", "last"));
    }

    [Fact]
    public void Early_stopping_tells_its_reason_and_is_not_undone_by_resuming()
    {
        var result = TinyTraining.Train(
            _folder, TinyTraining.Configuration("training.epochs=9", "early_stopping.patience=2", "early_stopping.minimum_change=0.99"));

        Assert.Equal((StopReasons.NoImprovement, 3), (result.StopReason, result.Epochs));
        Assert.Contains("validation_accuracy has not improved for 2 epochs", result.StopDetail);
        using var plan = TinyTraining.Resume(_folder);
        Assert.Equal((StopReasons.NoImprovement, 3), (Trainer.Run(plan).StopReason, plan.Start.CompletedEpochs));
    }

    [Fact]
    public void A_time_budget_stops_and_resuming_goes_on()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "whole");
        var stopped = TinyTraining.Train(_folder, TinyTraining.Configuration("training.time_budget_seconds=0.000001"));
        Assert.Equal((StopReasons.TimeBudget, 1L), (stopped.StopReason, stopped.Steps));

        using var plan = TinyTraining.Resume(_folder);
        Assert.Equal(2, Trainer.Run(plan).Steps);
    }

    [Fact]
    public void Too_large_a_learning_rate_stops_with_step_layer_and_rate_and_keeps_the_good_checkpoint()
    {
        var configuration = TinyTraining.Configuration("optimizer.learning_rate=100", "optimizer.momentum=0.99", "schedule.name=constant", "training.epochs=50",
            "optimizer.weight_decay=10", "optimizer.decay_norms_and_biases=true", "checkpoint.every_steps=1");
        var error = Assert.Throws<WeftException>(() => TinyTraining.Train(_folder, configuration));

        Assert.Equal(ErrorKind.Diverged, error.Kind);
        Assert.Matches("epoch [0-9]+, step [0-9]+", error.Where);
        Assert.Contains("learning rate 100", error.Where);
        Assert.Contains("was not overwritten", error.Safe);
        var saved = CheckpointFile.Read(TinyTraining.Run(_folder).LastCheckpoint);
        Assert.All(saved.Model.Weights.Concat(saved.OptimizerState), tensor =>
            Assert.True(tensor.Values.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) < 0, tensor.Name));
        Assert.Equal(StopReasons.Diverged, new RunReader(TinyTraining.Run(_folder)).Events().OfType<RunStopped>().Last().Reason);
    }

    [Fact]
    public void A_value_that_is_not_finite_in_the_weights_is_found_in_the_same_step_and_named()
    {
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration());
        var poison = new PoisonAtStep(3, () =>
        {
            var weights = plan.Network.Parameters[4].Value.ToArray();
            weights[1] = float.NaN;
            plan.Network.Parameters[4].Value.CopyFrom(weights);
        });

        var error = Assert.Throws<WeftException>(() => Trainer.Run(plan, poison));

        Assert.Equal(ErrorKind.Diverged, error.Kind);
        Assert.Contains("step 4", error.Where);
        Assert.Contains(plan.Network.Parameters[4].Name[..plan.Network.Parameters[4].Name.LastIndexOf('.')], error.Where);
    }

    [Fact]
    public void Kept_epochs_can_be_named()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=4", "checkpoint.keep_every_epochs=2"));
        var store = new RunStore(_folder.In("runs"));

        Assert.Equal(2, CheckpointFile.Read(store.FindCheckpoint("run@2").Path).Position.CompletedEpochs);
        Assert.Equal(4, CheckpointFile.Read(store.FindCheckpoint("run@4").Path).Position.CompletedEpochs);
        Assert.Equal(4, CheckpointFile.Read(store.FindCheckpoint("run@last").Path).Position.CompletedEpochs);
        Assert.Equal(ErrorKind.NoValidCheckpoint, Assert.Throws<WeftException>(() => store.FindCheckpoint("run@3")).Kind);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => store.FindCheckpoint("run@first")).Kind);
    }

    [Fact]
    public void The_written_configuration_trains_the_same_again()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("optimizer.learning_rate=0.0123", "training.label_smoothing=0.1"), "one");
        var again = ConfigurationResolver.Resolve(new ConfigurationSources { File = TinyTraining.Run(_folder, "one").ConfigurationFile });
        TinyTraining.Train(_folder, again, "other");

        AssertSameCheckpoints("one", "other");
    }

    private void AssertSameCheckpoints(string left, string right)
    {
        Assert.Equal(Read(left, "last"), Read(right, "last"));
        Assert.Equal(Read(left, "best"), Read(right, "best"));
    }

    // Times differ; everything else, and the number of lines, must not.
    private void AssertSameRecords(string left, string right)
    {
        Assert.Equal(Rows(left), Rows(right));
        Assert.Equal(Steps(left), Steps(right));

        IEnumerable<MetricsRow> Rows(string run) =>
            new RunReader(TinyTraining.Run(_folder, run)).Metrics().Select(row => row with { Seconds = 0, ImagesPerSecond = 0 });

        IEnumerable<StepDone> Steps(string run) =>
            new RunReader(TinyTraining.Run(_folder, run)).Events().OfType<StepDone>().Select(step => step with { ImagesPerSecond = 0, Time = default });
    }

    private byte[] Read(string run, string checkpoint) =>
        File.ReadAllBytes(Path.Combine(TinyTraining.Run(_folder, run).CheckpointsFolder, checkpoint + ".safetensors"));

    private sealed class StopAtSave(long step, CancellationTokenSource source) : IProgress<RunEvent>
    {
        public void Report(RunEvent happened)
        {
            if (happened is CheckpointSaved saved && saved.Step == step)
                source.Cancel();
        }
    }

    private sealed class PoisonAtStep(long step, Action poison) : IProgress<RunEvent>
    {
        public void Report(RunEvent happened)
        {
            if (happened is StepDone done && done.Step == step)
                poison();
        }
    }
}
