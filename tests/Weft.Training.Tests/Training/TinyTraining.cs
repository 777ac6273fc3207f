namespace Weft.Training.Tests;

/// <summary>Trainings that take a fraction of a second: pictures of 8 × 8 with lines across, lines down, a chequer or nothing, under noise.</summary>
internal static class TinyTraining
{
    public const int Classes = 4;

    private static readonly FeatureShape Shape = new(8, 8, 1);

    public static ImageDataset Dataset(int count = 192, long seed = 1, string fingerprint = "tiny") =>
        new("tiny", Samples(count, seed, fingerprint), () => Samples(64, seed + 1, "tiny-test"),
        [.. Enumerable.Range(0, Classes).Select(label => $"class {label}")]);

    /// <summary>Batch norm, dropout, augmentation, momentum, one-cycle, two epochs of six steps; whatever is given wins.</summary>
    public static ResolvedConfiguration Configuration(params string[] sets) => ConfigurationResolver.Resolve(new ConfigurationSources
    {
        Recipe = "none",
        Overrides =
        [
            .. new[]
            {
                "model.name=small", "model.width=0.125", "model.dropout=0.2", "training.epochs=2",
                "training.batch_size=28", "training.seed=5", "training.threads=1",
                "augmentation.horizontal_flip=0.5", "augmentation.shift=0.1",
            }.Concat(sets).Select(ConfigurationResolver.ParseSet),
        ],
    });

    public static TrainingSession Begin(TemporaryFolder folder, ResolvedConfiguration configuration, string name = "run", Surroundings? surroundings = null) =>
        TrainingSession.Begin(
            configuration, Dataset(), new NewRun { Store = new RunStore(folder.In("runs")), Name = name, CommandLine = ["weft", "train"] }, surroundings);

    public static TrainingSession Resume(TemporaryFolder folder, string name = "run", int? threads = null, Surroundings? surroundings = null) =>
        TrainingSession.Resume(Run(folder, name), _ => Dataset(), threads, surroundings);

    public static RunFolder Run(TemporaryFolder folder, string name = "run") => new(folder.In("runs", name));

    /// <summary>Trains to the end in one go.</summary>
    public static TrainingResult Train(TemporaryFolder folder, ResolvedConfiguration configuration, string name = "run")
    {
        using var plan = Begin(folder, configuration, name);
        return Trainer.Run(plan);
    }

    public static ImageSamples Samples(int count, long seed, string fingerprint)
    {
        var rng = Rng.For(seed, RngPurpose.Analysis);
        var labels = Enumerable.Range(0, count).Select(i => i % Classes).ToArray();
        var images = new byte[count * Shape.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (x, y) = (i % Shape.Width, i / Shape.Width % Shape.Height);
            var isBright = labels[i / Shape.Length] switch { 0 => x % 2 == 0, 1 => y % 2 == 0, 2 => (x + y) % 2 == 0, _ => rng.Int(-1 - i, 2) == 0 };
            images[i] = (byte)((isBright ? 120 : 0) + rng.Int(i, 100));
        }

        return new ImageSamples(Shape, images, labels, fingerprint);
    }
}

/// <summary>Asks for a stop after a given step, or when told by a test of its own.</summary>
internal sealed class StopAtStep(long step) : IProgress<RunEvent>, IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public List<RunEvent> Events { get; } = [];

    public void Report(RunEvent happened)
    {
        Events.Add(happened);
        if (happened is StepDone done && done.Step >= step)
            _source.Cancel();
    }

    public void Dispose() => _source.Dispose();
}
