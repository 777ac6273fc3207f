using System.Text.Json;
using Weft.Training;

namespace Weft.Interchange.Tests;

/// <summary>A real training of cnn4, shown in all three tools at once while their servers fail.</summary>
public sealed class RealTrainingTests : IDisposable
{
    private const int Side = 28;
    private const int Train = 384;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_equal_those_of_the_run_nobody_watched_and_every_value_arrives_once_and_in_order()
    {
        var wandb = new WandbStub();
        var mlflow = new MLflowStub();
        var faults = new[] { Fault.Refuse500, Fault.Refuse429, Fault.ResetBefore, Fault.ResetAfter, Fault.HangAfter, Fault.Nonsense, Fault.HalfAnAnswer };
        using var wandbServer = new StubServer(wandb.Answer, StubServer.RandomFaults(3, 5, faults));
        using var mlflowServer = new StubServer(mlflow.Answer, StubServer.RandomFaults(4, 5, faults));
        wandb.Host = () => wandbServer.Url;
        var options = Options.For(_folder.Path,
            ("WANDB_MODE", "online"), ("WANDB_BASE_URL", wandbServer.Url), ("WANDB_API_KEY", WandbStub.Key), ("MLFLOW_TRACKING_URI", mlflowServer.Url));

        using (var plain = Begin("plain"))
            Trainer.Run(plain);
        IReadOnlyList<TrackingReport> reports;
        using (var shown = Begin("shown"))
        using (var live = LiveTracking.Start(shown.Folder!, [TrackingTarget.Wandb, TrackingTarget.TensorBoard, TrackingTarget.MLflow], options, goOn: false))
        {
            Trainer.Run(shown);
            reports = live.Finish();
        }

        Assert.All(reports, report => Assert.True(report.IsComplete, report.Problem?.What));
        foreach (var name in new[] { "best.safetensors", "last.safetensors" })
            Assert.Equal(File.ReadAllBytes(_folder.In("runs", "plain", "checkpoints", name)),
                File.ReadAllBytes(_folder.In("runs", "shown", "checkpoints", name)));

        Assert.Empty(wandb.Breaches);
        Assert.Empty(mlflow.Breaches);
        var events = new RunReader(new RunFolder(_folder.In("runs", "shown"))).Events().ToList();
        var steps = events.OfType<StepDone>().Select(step => step.Step).ToList();
        var epochs = events.OfType<EpochDone>().ToList();
        Assert.Equal((4, 2), (steps.Count, epochs.Count));
        var history = wandb.Lines["wandb-history.jsonl"].Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(steps, history.Where(row => row.TryGetProperty("step/loss", out _)).Select(row => row.GetProperty("step").GetInt64()));
        Assert.Equal(epochs.Select(epoch => epoch.ValidationLoss), history.Where(row => row.TryGetProperty("validation/loss", out _))
            .Select(row => row.GetProperty("validation/loss").GetDouble()));
        Assert.Equal(steps, mlflow.Metrics.Where(metric => metric.Key == "step/loss").Select(metric => metric.Step));
        Assert.Equal(epochs.Select(epoch => epoch.ValidationLoss), mlflow.Metrics.Where(metric => metric.Key == "validation/loss")
            .Select(metric => metric.Value));
        Assert.True(wandb.IsComplete);
        Assert.Equal("FINISHED", mlflow.Status);
    }

    [Fact]
    public void A_run_tells_its_validation_in_detail()
    {
        using (var plan = Begin("run"))
            Trainer.Run(plan);
        var events = new RunReader(new RunFolder(_folder.In("runs", "run"))).Events().ToList();
        var samples = Assert.Single(events.OfType<SamplesChosen>());
        Assert.Equal(samples.Indices.Count * Side * Side, samples.Pixels.Length);
        Assert.Equal(2, events.OfType<EpochObserved>().Count());
        foreach (var (observed, done) in events.OfType<EpochObserved>().Zip(events.OfType<EpochDone>()))
        {
            var count = observed.Confusion.Sum();
            Assert.Equal(done.ValidationAccuracy, Enumerable.Range(0, 10).Sum(k => observed.Confusion[11 * k]) / (double)count, 12);
            Assert.Equal(10 * count, observed.Scores.Own.Sum() + observed.Scores.Other.Sum());
            Assert.Equal(count, observed.Scores.Own.Sum());
            Assert.Equal(10 * samples.Indices.Count, observed.SampleProbabilities.Count);
            Assert.Equal(observed.Weights.Select(tensor => tensor.Name), observed.Gradients.Select(tensor => tensor.Name));
            Assert.Contains("conv1.weight", observed.Weights.Select(tensor => tensor.Name));
            Assert.True(events.IndexOf(observed) < events.IndexOf(done));
        }

        Assert.All(events.OfType<SystemSampled>(), sampled =>
            Assert.True(sampled is { CpuShare: >= 0 and <= 1, DataWaitShare: >= 0 and <= 1, MemoryBytes: > 1_000_000, ImagesPerSecond: >= 0 }));
    }

    private TrainingSession Begin(string name)
    {
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Recipe = "none",
            Overrides = [.. new[] { "model.name=cnn4", "training.epochs=2", "training.batch_size=16", "training.threads=2", "data.validation_count=32" }.Select(
                ConfigurationResolver.ParseSet)],
        });
        return TrainingSession.Begin(
            configuration, Dataset(), new NewRun { Store = new RunStore(_folder.In("runs")), Name = name, CommandLine = ["weft", "train"] });
    }

    private static ImageDataset Dataset()
    {
        var rng = Rng.For(1, RngPurpose.Analysis);
        var labels = Enumerable.Range(0, Train).Select(i => i % 10).ToArray();
        var images = new byte[Train * Side * Side];
        for (var i = 0; i < images.Length; i++)
            images[i] = (byte)((i % Side / 3 == labels[i / (Side * Side)] ? 150 : 0) + rng.Int(i, 100));
        var samples = new ImageSamples(new FeatureShape(Side, Side, 1), images, labels, "stripes");
        return new ImageDataset("stripes", samples, () => samples, [.. Enumerable.Range(0, 10).Select(label => $"stripe {label}")]);
    }
}
