namespace Weft.Training.Tests;

public sealed class ContinuationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void With_a_constant_rate_an_extended_run_ends_with_the_bytes_of_one_planned_so()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=constant", "training.epochs=3"), "planned");
        TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=constant", "training.epochs=1"), "extended");
        using (var plan = Extend("extended", had => had + 2))
            Assert.Equal(3, Trainer.Run(plan).Epochs);

        Assert.Equal(Bytes("planned"), Bytes("extended"));
        Assert.Equal("extend", Origin("extended"));
    }

    [Fact]
    public void An_extension_that_is_killed_before_its_first_step_is_gone_on_with_by_resume()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=constant", "training.epochs=1"), "run");
        Extend("run", had => had + 1).Dispose();

        using var plan = TinyTraining.Resume(_folder);
        Assert.Equal((StopReasons.Completed, 2), (Trainer.Run(plan).StopReason, new RunReader(TinyTraining.Run(_folder)).Metrics().Count));
    }

    [Fact]
    public void An_extension_that_is_killed_half_way_is_done_by_the_same_command_once_more()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=constant", "training.epochs=3"), "planned");
        TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=constant", "training.epochs=1"), "run");
        var file = TinyTraining.Run(_folder).ConfigurationFile;
        var before = File.ReadAllText(file);
        Extend("run", had => had + 2).Dispose();
        File.WriteAllText(file, before);

        Assert.Equal(ErrorKind.CheckpointMismatch, Assert.Throws<WeftException>(() => TinyTraining.Resume(_folder)).Kind);
        using (var plan = Extend("run", had => had + 2))
            Trainer.Run(plan);
        Assert.Equal(Bytes("planned"), Bytes("run"));
    }

    [Fact]
    public void A_run_that_stopped_early_gets_its_patience_back()
    {
        var stopped = TinyTraining.Train(
            _folder, TinyTraining.Configuration("training.epochs=9", "early_stopping.patience=2", "early_stopping.minimum_change=0.99"));
        Assert.Equal(StopReasons.NoImprovement, stopped.StopReason);
        using var plan = Extend("run", had => had + 1);

        Assert.Equal(stopped.Epochs + 3, Trainer.Run(plan).Epochs); // the first of them is the new best, the next two bring nothing
    }

    [Fact]
    public void Not_more_epochs_than_before_are_refused_and_nothing_changes()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration());
        var before = Bytes("run");

        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Extend("run", _ => 2)).Kind);
        Assert.Equal(before, Bytes("run"));
    }

    [Fact]
    public void A_fork_begins_with_the_weights_it_was_given_and_can_be_resumed()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "parent");
        var store = new RunStore(_folder.In("runs"));
        var from = store.FindCheckpoint("parent@best");
        var configuration = store.Find("parent").Configuration().With(ConfigurationResolver.ParseSet("optimizer.learning_rate=0.001"));
        float[] parent = [.. from.Read().Model.Weights.SelectMany(tensor => tensor.Values.ToArray())];
        using (var plan = Fork(configuration, from, "whole"))
        {
            Assert.Equal(parent, plan.Network.State.SelectMany(tensor =>
            {
                var values = new float[tensor.Length];
                tensor.CopyTo(values);
                return values;
            }));
            Assert.Equal(StopReasons.Completed, Trainer.Run(plan).StopReason);
        }

        using (var plan = Fork(configuration, from, "parts"))
        using (var stop = new StopAtStep(4))
            Trainer.Run(plan, stop, stop.Token);
        using (var plan = TinyTraining.Resume(_folder, "parts"))
            Trainer.Run(plan);

        Assert.Equal(Bytes("whole"), Bytes("parts"));
        Assert.Equal("parent@best", new RunReader(TinyTraining.Run(_folder, "whole")).Information.ForkedFrom);
    }

    [Fact]
    public void A_fork_into_another_network_is_refused_and_leaves_no_folder()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration(), "parent");
        var store = new RunStore(_folder.In("runs"));
        var wider = store.Find("parent").Configuration().With(ConfigurationResolver.ParseSet("model.width=0.25"));

        Assert.Equal(ErrorKind.CheckpointMismatch, Assert.Throws<WeftException>(() => Fork(wider, store.FindCheckpoint("parent@best"), "wider")).Kind);
        Assert.False(Directory.Exists(TinyTraining.Run(_folder, "wider").Path));
    }

    [Fact]
    public void The_learning_rate_search_is_repeatable_ends_where_the_loss_explodes_and_keeps_nothing()
    {
        var configuration = TinyTraining.Configuration("schedule.name=constant", "optimizer.momentum=0.9").Value;
        var options = new LearningRateSearchOptions { From = 1e-4, To = 1000, Steps = 60 };
        var found = LearningRateSearch.Run(configuration, TinyTraining.Dataset(), options);
        var again = LearningRateSearch.Run(configuration with { Training = configuration.Training with { Threads = 2 } }, TinyTraining.Dataset(), options);

        Assert.Equal(found.Points, again.Points);
        Assert.True(found.Exploded && found.Points.Count < 60);
        Assert.InRange(found.Suggestion!.Value, 1e-4, found.Lowest);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("")));
    }

    [Fact]
    public void The_suggestion_is_where_the_loss_falls_fastest()
    {
        // Falls steepest between 1e-3 and 1e-2, lowest at 1e-1.
        LearningRatePoint[] points = [.. new[] { 2.3, 2.3, 2.3, 2.2, 1.2, 0.9, 3.0 }.Select(
            (loss, i) => new LearningRatePoint(Math.Pow(10, i - 6), loss, loss))];

        var found = LearningRateSearch.Judge(points, exploded: false);

        Assert.Equal((1e-2, 1e-1), (found.Suggestion!.Value, found.Lowest));
        Assert.Null(LearningRateSearch.Judge([.. points.Select((point, i) => point with { Smoothed = i })], exploded: false).Suggestion);
    }

    private TrainingSession Extend(string run, Func<int, int> epochs) =>
        TrainingSession.Extend(TinyTraining.Run(_folder, run), _ => TinyTraining.Dataset(), epochs, threads: 1);

    private TrainingSession Fork(ResolvedConfiguration configuration, CheckpointReference from, string name) =>
        TrainingSession.Begin(configuration, TinyTraining.Dataset(), new NewRun { Store = new RunStore(_folder.In("runs")), Name = name, From = from });

    private byte[] Bytes(string run) => File.ReadAllBytes(TinyTraining.Run(_folder, run).LastCheckpoint);

    private string Origin(string run) =>
        File.ReadAllText(TinyTraining.Run(_folder, run).ConfigurationFile).Contains("epochs: 3  # extend", StringComparison.Ordinal) ? "extend" : "other";
}
