namespace Weft.Training.Tests;

public sealed class LossConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_former_key_of_label_smoothing_is_the_same_key()
    {
        var resolved = TinyTraining.Configuration("training.label_smoothing=0.1");

        Assert.Equal(new CrossEntropyLoss { LabelSmoothing = 0.1 }, resolved.Value.Loss);
        Assert.Equal("--set", resolved.Origin("loss.label_smoothing"));
        Assert.Contains("loss:\n  name: cross_entropy  # default\n  label_smoothing: 0.1  # --set\n", resolved.ToYaml());
        Assert.Equal(0.05, ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = "tuned/cnn4" }).Value.Loss.LabelSmoothing);
        Assert.True((bool)System.Text.Json.Nodes.JsonNode.Parse(
            ConfigurationSchema.Json())!["properties"]!["training"]!["properties"]!["label_smoothing"]!["deprecated"]!);
    }

    [Fact]
    public void A_run_whose_files_have_the_former_key_is_resumed_and_restored()
    {
        using (var stop = new StopAtStep(4))
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration("loss.label_smoothing=0.1"), "run"))
            Trainer.Run(plan, stop, stop.Token);
        var run = TinyTraining.Run(_folder);
        var text = File.ReadAllText(run.ConfigurationFile);
        var former = text.Replace("  label_smoothing: 0.1", "  # moved").Replace("training:\n", "training:\n  label_smoothing: 0.1\n");
        Assert.NotEqual(text, former);
        File.WriteAllText(run.ConfigurationFile, former);
        using (var plan = TinyTraining.Resume(_folder))
            Assert.Equal(StopReasons.Completed, Trainer.Run(plan).StopReason);
        File.WriteAllText(run.ConfigurationFile, former.Replace("label_smoothing: 0.1", "label_smoothing: 0.2"));

        Assert.Contains("loss.label_smoothing", Assert.Throws<WeftException>(() => RunChecks.Configuration(run)).What);
        Assert.Single(ConfigurationRestore.Run(run));
        Assert.Equal(0.1, RunChecks.Configuration(run).Value.Loss.LabelSmoothing);
    }

    [Theory]
    [InlineData("loss.name=focal", "loss.gamma=1.5", "augmentation.mixup=0.4")]
    [InlineData("loss.class_weights=balanced", "loss.label_smoothing=0.1")]
    [InlineData("loss.name=focal", "loss.class_weights=balanced", "optimizer.sam_rho=0.05")]
    public void A_training_with_another_loss_is_resumed_to_the_same_bytes_and_differs_from_plain_cross_entropy(params string[] sets)
    {
        sets = [.. sets, "data.limit_train=90"]; // not every class has the same number of samples
        var straight = TinyTraining.Train(_folder, TinyTraining.Configuration(sets), "straight");
        using (var stop = new StopAtStep(4))
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration(sets), "stopped"))
            Trainer.Run(plan, stop, stop.Token);
        using (var plan = TinyTraining.Resume(_folder, "stopped"))
            Trainer.Run(plan);
        var plain = TinyTraining.Train(
            _folder, TinyTraining.Configuration([.. sets.Where(set => !set.StartsWith("loss.", StringComparison.Ordinal))]), "plain");

        Assert.Equal(File.ReadAllBytes(straight.Run!.LastCheckpoint), File.ReadAllBytes(TinyTraining.Run(_folder, "stopped").LastCheckpoint));
        Assert.NotEqual(straight.Best!.ValidationLoss, plain.Best!.ValidationLoss);
    }
}
