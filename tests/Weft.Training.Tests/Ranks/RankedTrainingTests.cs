namespace Weft.Training.Tests;

public sealed class RankedTrainingTests : IDisposable
{
    // A batch of 25 leaves a last one of a single sample: most of its shards are empty.
    private static readonly Dictionary<string, string[]> Trainings = new()
    {
        ["sgd"] = ["training.shards=4"],
        ["moments, clipping, average, mixing"] =
        [
            "training.shards=8", "training.batch_size=25", "optimizer.name=adamw", "optimizer.clip_norm=0.5", "training.ema_decay=0.9",
            "augmentation.mixup=0.3", "loss.label_smoothing=0.1",
        ],
        ["two passes a step"] = ["training.shards=5", "optimizer.sam_rho=0.05", "optimizer.sam_last_epochs=1"],
        ["convolutions of cnn4"] = ["training.shards=3", "model.name=cnn4", "model.width=0.0625", "training.epochs=1"],
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. Trainings.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_ranks_ends_with_the_same_bytes(string name)
    {
        var configuration = TinyTraining.Configuration(Trainings[name]);
        TinyTraining.Train(_folder, configuration, "alone");
        foreach (var ranks in new[] { 2, 3, 5, 8 }.Where(ranks => ranks <= configuration.Value.Training.Shards))
        {
            Train(ranks, () => TinyTraining.Begin(_folder, configuration, $"of-{ranks}"));
            foreach (var file in new[] { RunFolder.LastName, RunFolder.BestName })
                Assert.Equal(Bytes("alone", file), Bytes($"of-{ranks}", file));
            Assert.Equal(Rows("alone"), Rows($"of-{ranks}"));
        }
    }

    [Fact]
    public void A_batch_of_shards_is_another_training_than_one_pass_as_norms_know_their_shard_alone()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "one-pass");
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.shards=2"), "two");
        Assert.NotEqual(Bytes("one-pass"), Bytes("two"));
    }

    [Fact]
    public void The_gradient_of_a_batch_is_that_of_its_shards_weighted_by_their_samples()
    {
        var configuration = TinyTraining.Configuration("training.batch_size=23", "training.shards=3").Value;
        var data = TrainingData.Prepare(TinyTraining.Dataset(), configuration.Data);
        using var loader = new BatchLoader(
            data.Dataset.Train, data.Split.Train, data.Statistics, new BatchLoaderOptions { BatchSize = 23, Augmentation = configuration.Augmentation });
        var batch = loader.Next();
        using var device = Device.Cpu(1);
        using var network = Network.Compile(
            configuration.Model.Describe(TinyTraining.Classes, data.Dataset.Shape), device, configuration.CompileOptions);
        var before = network.State.Select(tensor => tensor.ToArray()).ToList();
        var (expected, loss) = (network.Parameters.Select(parameter => new double[parameter.Value.Length]).ToList(), 0.0);
        var statistics = network.State.Select(tensor => new double[tensor.Length]).ToList();
        foreach (var (start, count) in new[] { (0, 7), (7, 8), (15, 8) })
        {
            foreach (var (tensor, values) in network.State.Zip(before))
                tensor.CopyFrom(values);
            network.ForwardTraining(batch.Images.Slice(start * 64, count * 64), count, 9, start);
            loss += count / 23.0 * Evaluate(new Targets(batch.Labels.Slice(start, count))).MeanLoss;
            network.Backward();
            Add(expected, network.Parameters.Select(parameter => parameter.Gradient), count);
            Add(statistics, network.State, count);
        }

        foreach (var (tensor, values) in network.State.Zip(before))
            tensor.CopyFrom(values);
        using var shards = ShardedGradients.For(network, 3, RankGroup.Alone)!;
        Assert.Equal(loss, shards.Compute(batch, 9, Evaluate).MeanLoss, 1e-12);
        Compare(expected, network.Parameters.Select(parameter => parameter.Gradient));
        Compare(statistics, network.State);
        Assert.Contains(network.State, tensor => tensor.Name.Contains("running_mean") && tensor.ToArray().Any(value => value != 0));

        LossResult Evaluate(in Targets targets) =>
            configuration.Loss.Evaluate(network.Logits, network.ClassCount, new Targets(targets.Labels), network.LogitsGradient);

        static void Add(List<double[]> sums, IEnumerable<DeviceTensor> tensors, int count)
        {
            foreach (var (sum, tensor) in sums.Zip(tensors))
            {
                var values = tensor.ToArray();
                for (var i = 0; i < sum.Length; i++)
                    sum[i] += count / 23.0 * values[i];
            }
        }

        static void Compare(List<double[]> sums, IEnumerable<DeviceTensor> tensors) => Assert.All(
            sums.Zip(tensors),
            pair => Assert.Equal(pair.First, pair.Second.ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6));
    }

    [Fact]
    public void A_training_that_a_signal_to_one_rank_stopped_goes_on_with_another_number_of_ranks()
    {
        var configuration = TinyTraining.Configuration("training.shards=4", "training.epochs=3");
        TinyTraining.Train(_folder, configuration, "alone");
        var results = Train(2, () => TinyTraining.Begin(_folder, configuration), stopRank: 1, atStep: 4);
        Assert.All(results, result => Assert.Equal((StopReasons.Interrupted, 4L), (result!.StopReason, result.Steps)));
        results = Train(3, () => TinyTraining.Resume(_folder), stopRank: 0, atStep: 9);
        Assert.All(results, result => Assert.Equal((StopReasons.Interrupted, 9L), (result!.StopReason, result.Steps)));
        using (var plan = TinyTraining.Resume(_folder))
            Assert.Equal(StopReasons.Completed, Trainer.Run(plan).StopReason);
        Assert.Equal(Bytes("alone"), Bytes("run"));
    }

    [Fact]
    public void Early_stopping_stops_all_ranks_after_the_same_epoch()
    {
        var configuration = TinyTraining.Configuration(
            "training.shards=2", "training.epochs=9", "early_stopping.patience=1", "early_stopping.minimum_change=0.99");
        var results = Train(2, () => TinyTraining.Begin(_folder, configuration));
        Assert.All(results, result => Assert.Equal((StopReasons.NoImprovement, 2), (result!.StopReason, result.Epochs)));
    }

    [Fact]
    public void The_clock_of_rank_0_is_everybodys()
    {
        var configuration = TinyTraining.Configuration("training.shards=2", "training.epochs=100000", "training.time_budget_seconds=0.2");
        var results = Train(2, () => TinyTraining.Begin(_folder, configuration));
        Assert.Equal(results[0]!.Steps, results[1]!.Steps);
        Assert.All(results, result => Assert.Equal(StopReasons.TimeBudget, result!.StopReason));
    }

    [Fact]
    public void More_ranks_than_shards_are_refused_on_rank_0_and_the_others_are_let_go()
    {
        ThreadRanks.Run(3, ranks =>
        {
            if (ranks.Rank > 0)
            {
                Assert.Equal((null, 2), TrainingSession.Follow(ranks, _ => TinyTraining.Dataset()));
                return;
            }

            using var session = TinyTraining.Begin(_folder, TinyTraining.Configuration("training.shards=2"));
            var refused = Assert.Throws<WeftException>(() => session.Lead(ranks));
            Assert.Equal((ErrorKind.InvalidInput, "training.shards"), (refused.Kind, refused.Where));
            TrainingSession.Refuse(ranks, 2);
        });
    }

    [Fact]
    public void A_rank_with_other_data_is_named()
    {
        ThreadRanks.Run(3, ranks =>
        {
            if (ranks.Rank > 0)
            {
                var data = TinyTraining.Dataset(fingerprint: ranks.Rank == 2 ? "other" : "tiny");
                Assert.Equal((null, 13), TrainingSession.Follow(ranks, _ => data));
                return;
            }

            using var session = TinyTraining.Begin(_folder, TinyTraining.Configuration("training.shards=3"));
            var refused = Assert.Throws<WeftException>(() => session.Lead(ranks));
            Assert.Equal((ErrorKind.DatasetMismatch, "rank 2 has another data than rank 0", "other"), (refused.Kind, refused.What, refused.Found));
            TrainingSession.Refuse(ranks, 13);
        });
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_every_rank_with_the_same_error()
    {
        var configuration = TinyTraining.Configuration(
            "training.shards=2", "optimizer.learning_rate=100", "optimizer.momentum=0.99", "schedule.name=constant", "training.epochs=50",
            "optimizer.weight_decay=10", "optimizer.decay_norms_and_biases=true");
        var kinds = new ErrorKind[2];
        ThreadRanks.Run(2, ranks =>
            kinds[ranks.Rank] = Assert.Throws<WeftException>(() => Train(ranks, () => TinyTraining.Begin(_folder, configuration))).Kind);
        Assert.Equal([ErrorKind.Diverged, ErrorKind.Diverged], kinds);
    }

    [Fact]
    public void Shards_are_at_most_the_samples_of_a_batch()
    {
        var refused = Assert.Throws<WeftException>(() => TinyTraining.Configuration("training.batch_size=4", "training.shards=5"));
        Assert.Equal("training.shards (--set)", refused.Where);
    }

    [Fact]
    public void A_run_remembers_its_shards()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.shards=2", "training.epochs=1"));
        var file = TinyTraining.Run(_folder).ConfigurationFile;
        File.WriteAllText(file, File.ReadAllText(file).Replace("shards: 2", "shards: 3"));
        var refused = Assert.Throws<WeftException>(() => TinyTraining.Resume(_folder));
        Assert.Equal((ErrorKind.CheckpointMismatch, "training.shards: 2"), (refused.Kind, refused.Expected));
    }

    private static TrainingResult?[] Train(int size, Func<TrainingSession> begin, int? stopRank = null, long atStep = 0)
    {
        var results = new TrainingResult?[size];
        ThreadRanks.Run(size, ranks =>
        {
            using var stop = new StopAtStep(ranks.Rank == stopRank ? atStep : long.MaxValue);
            results[ranks.Rank] = Train(ranks, begin, stop, stop.Token);
        });
        return results;
    }

    private static TrainingResult Train(
        RankGroup ranks, Func<TrainingSession> begin, IProgress<RunEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        if (ranks.Rank > 0)
        {
            var (followed, _) = TrainingSession.Follow(ranks, _ => TinyTraining.Dataset());
            using (followed)
                return Trainer.Run(followed!, progress, cancellationToken);
        }

        using var session = begin();
        session.Lead(ranks);
        return Trainer.Run(session, progress, cancellationToken);
    }

    private byte[] Bytes(string run, string file = RunFolder.LastName) =>
        File.ReadAllBytes(Path.Combine(TinyTraining.Run(_folder, run).CheckpointsFolder, file));

    // Without the columns of times.
    private string[] Rows(string run) => [.. new RunReader(TinyTraining.Run(_folder, run)).Metrics()
        .Select(row => (row with { Seconds = 0, ImagesPerSecond = 0 }).ToString())];
}
