using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;

namespace Weft.Training.Tests;

public sealed class ConfigurationRecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_brings_the_record_with_its_defaults() => Assert.Equal(
        new RmsPropOptions { Smoothing = 0.95 }, Resolve("optimizer.smoothing=0.95", "optimizer.name=rmsprop").Value.Optimizer);

    [Theory]
    [InlineData("step", 0.1)]
    [InlineData("exponential", 0.95)]
    [InlineData("reduce_on_plateau", 0.1)]
    public void A_default_belongs_to_its_record(string schedule, double factor) =>
        Assert.Equal(factor, ConfigurationTable.Find("schedule.factor", Resolve($"schedule.name={schedule}").Value)!.ReadValue(
            Resolve($"schedule.name={schedule}").Value));

    [Fact]
    public void What_a_recipe_set_stays_where_the_chosen_record_has_it_too_and_the_rest_is_noted()
    {
        var resolved = ConfigurationResolver.Resolve(
            new ConfigurationSources { Recipe = "tuned/cnn4", Overrides = [new("optimizer.name", "adam", "--optimizer")] });

        Assert.Equal(new AdamOptions { LearningRate = 0.1, WeightDecay = 0.0005 }, resolved.Value.Optimizer);
        Assert.Equal("recipe tuned/cnn4", resolved.Origin("optimizer.weight_decay"));
        Assert.Equal("default", resolved.Origin("optimizer.momentum"));
        Assert.Equal("recipe tuned/cnn4: not used with adam: optimizer.momentum, optimizer.nesterov", Assert.Single(resolved.Notes));
        Assert.Contains("# recipe tuned/cnn4: not used with adam", resolved.ToYaml());
        Assert.DoesNotContain("momentum:", resolved.ToYaml());
    }

    [Fact]
    public void A_changed_choice_keeps_what_was_set_and_forgets_what_means_nothing_any_more()
    {
        var changed = Resolve("optimizer.clip_norm=2", "optimizer.momentum=0.5").With(ConfigurationResolver.ParseSet("optimizer.name=adamw"));

        Assert.Equal(new AdamWOptions { ClipNorm = 2 }, changed.Value.Optimizer);
        Assert.Equal("--set", changed.Origin("optimizer.clip_norm"));
        Assert.Equal("default", changed.Origin("optimizer.momentum"));
    }

    [Fact]
    public void On_the_command_line_another_records_option_is_a_mistake_that_names_both()
    {
        var problem = Assert.Single(Assert.Throws<WeftException>(() => Resolve("optimizer.name=sgd", "optimizer.beta1=0.8")).Problems);

        Assert.Equal("optimizer.beta1 (--set)", problem.Where);
        Assert.StartsWith("an option of sgd: ", problem.Expected);
        Assert.Contains("momentum", problem.Expected);
        Assert.Contains("adam, adamw", problem.Found);
        Assert.Contains("schedule.metric", Assert.Single(Assert.Throws<WeftException>(() => Resolve("schedule.metric=validation_loss")).Problems).Where);
    }

    [Fact]
    public void A_configuration_of_version_0_1_with_every_key_is_read_as_it_was_meant()
    {
        var resolved = Read(
            """
            recipe: none
            optimizer:
              name: adam
              learning_rate: 0.002
              momentum: 0.9
              nesterov: true
              beta1: 0.8
              beta2: 0.99
              smoothing: 0.99
              epsilon: 1E-08
              weight_decay: 0
              decay_norms_and_biases: false
              clip_norm: none
              sam_rho: 0.05
              sam_last_epochs: none
            schedule:
              name: step
              rise_fraction: 0.3
              every_epochs: 7
              factor: none
              metric: validation_loss
              patience: 5
              warm_up_epochs: 2
              warm_up_start: 0.1
            """);

        Assert.Equal(new AdamOptions { LearningRate = 0.002, Beta1 = 0.8, Beta2 = 0.99 }, resolved.Value.Optimizer);
        Assert.Equal(new SamOptions(resolved.Value.Optimizer) { Rho = 0.05 }, resolved.Value.EffectiveOptimizer);
        Assert.Equal(new WarmUp(new StepSchedule { EveryEpochs = 7, Factor = 0.1 }) { Epochs = 2 }, resolved.Value.EffectiveSchedule);
        Assert.Equal(2, resolved.Notes.Count);
        Assert.Equal(resolved.Value, Read(resolved.ToYaml()).Value);
    }

    [Fact]
    public void Records_with_options_of_their_own_are_compared_key_by_key() => Assert.Equal(
        [
            new("optimizer.name", "sgd", "adam"), new("optimizer.momentum", "0.9", "not used"), new("optimizer.nesterov", "true", "not used"),
            new("optimizer.beta1", "not used", "0.9"), new("optimizer.beta2", "not used", "0.999"), new("optimizer.epsilon", "not used", "1E-08"),
        ],
        ConfigurationComparison.Of(new RunConfiguration(), new RunConfiguration { Optimizer = new AdamOptions() }));

    [Fact]
    public void An_unknown_record_is_named_with_the_way_to_make_it_known() => Assert.Contains(
        "ConfigurationTypes.Register<WarmRestartsSchedule>()",
        Assert.Single(Assert.Throws<WeftException>(() => Resolve("schedule.name=warm_restarts", "schedule.period=3", "training.epochs=3")).Problems,
            problem => problem.Where.StartsWith("schedule.name", StringComparison.Ordinal)).Expected);

    [Fact]
    public void A_programs_own_schedule_and_augmentation_are_configured_stored_and_resumed()
    {
        ConfigurationTypes.Register<SawtoothSchedule>(); // once more: nothing happens
        string[] sets = ["schedule.name=sawtooth", "schedule.steps=5", "augmentation.pixel_noise=0.1", "augmentation.pixel_noise_every=2"];
        var straight = TinyTraining.Train(_folder, TinyTraining.Configuration(sets), "straight");
        using (var stop = new StopAtStep(4))
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration(sets), "stopped"))
            Trainer.Run(plan, stop, stop.Token);
        using (var plan = TinyTraining.Resume(_folder, "stopped"))
            Trainer.Run(plan);

        Assert.Contains("  steps: 5  # --set\n", File.ReadAllText(straight.Run!.ConfigurationFile));
        Assert.Equal(File.ReadAllBytes(straight.Run!.LastCheckpoint), File.ReadAllBytes(TinyTraining.Run(_folder, "stopped").LastCheckpoint));
        var plain = TinyTraining.Train(_folder, TinyTraining.Configuration("schedule.name=sawtooth", "schedule.steps=5"), "plain");
        Assert.NotEqual(File.ReadAllBytes(straight.Run!.LastCheckpoint), File.ReadAllBytes(plain.Run!.LastCheckpoint));
    }

    [Fact]
    public void A_programs_own_metric_is_configured_stored_and_resumed()
    {
        string[] sets = ["training.epochs=4", "checkpoint.best_metric=largest_class"];
        using (var stop = new StopAtStep(4))
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration(sets), "own"))
            Trainer.Run(plan, stop, stop.Token);
        using (var plan = TinyTraining.Resume(_folder, "own"))
            Assert.Equal(4, Trainer.Run(plan).Epochs);

        var reader = new RunReader(TinyTraining.Run(_folder, "own"));
        Assert.Equal("largest_class", reader.Information.BestMetric);
        Assert.All(reader.Metrics(), row => Assert.InRange(row.Further["largest_class"], 0, 1));
        Assert.Equal(reader.Metrics().MaxBy(row => row.Further["largest_class"])!.Epoch, reader.Best!.Epoch);
        Assert.Contains("largest_class", File.ReadLines(reader.Folder.MetricsFile).First());
    }

    [Fact]
    public void What_cannot_be_named_is_not_registered()
    {
        Assert.Throws<ArgumentException>(ConfigurationTypes.Register<WarmUp>);
        Assert.Throws<ArgumentException>(ConfigurationTypes.Register<TrainingConfiguration>);
        Assert.Throws<ArgumentException>(ConfigurationTypes.Register<Outside.StepSchedule>);
    }

    private ResolvedConfiguration Read(string text)
    {
        File.WriteAllText(_folder.In("c.yaml"), text);
        return ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("c.yaml") });
    }

    private static ResolvedConfiguration Resolve(params string[] sets) =>
        ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = "none", Overrides = [.. sets.Select(ConfigurationResolver.ParseSet)] });
}

/// <summary>Falls from the peak to nothing again and again.</summary>
public sealed record SawtoothSchedule : Schedule
{
    [Description("Steps of a fall."), Range(1, 1000)]
    public int Steps { get; init; } = 10;

    public override double LearningRate(double peak, in SchedulePosition position) => peak * (1 - (double)(position.Step % Steps) / Steps);
}

/// <summary>Adds noise to some of the pixels.</summary>
public sealed record PixelNoise([property: Range(0.0, 1.0)] double Strength = 0) : PixelAugmentation
{
    [Range(1, 100)]
    public int Every { get; init; } = 1;

    public override bool IsOn => Strength > 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<float> image)
    {
        for (var i = 0; i < image.Length; i += Every)
            image[i] += (float)(Strength * rng.Normal(2 * i));
    }
}

/// <summary>The share of the samples that were predicted as the class that was predicted most.</summary>
public sealed record LargestClassMetric : EpochMetric
{
    public override bool LargerIsBetter => true;

    public override bool IsShare => true;

    public override double Value(ValidationResult validation) =>
        Enumerable.Range(0, validation.Classes)
            .Max(k => Enumerable.Range(0, validation.Classes).Sum(label => validation.Count(label, k))) / (double)validation.Confusion.Sum();
}

internal static class Outside
{
    // Before any test: what a run of another test in this process remembers must not change while it trains.
    [ModuleInitializer]
    internal static void Register()
    {
        ConfigurationTypes.Register<SawtoothSchedule>();
        ConfigurationTypes.Register<PixelNoise>();
        ConfigurationTypes.Register<LargestClassMetric>();
    }

    public sealed record StepSchedule : Schedule
    {
        public override double LearningRate(double peak, in SchedulePosition position) => peak;
    }
}
