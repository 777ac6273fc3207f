using System.Text.Json;

namespace Weft.Training.Tests;

/// <summary>A model that left its run finds out by itself whether it still computes the same.</summary>
public sealed class GoldenSamplesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_released_model_carries_its_source_figures_and_samples_and_the_same_release_gives_the_same_bytes()
    {
        var (run, released) = Released();
        var file = _folder.In("model.safetensors");
        released.Model.Save(file);
        var release = TrainedModel.Load(file).Metadata.Release!;
        Assert.Equal(("run", "best", "MIT"), (release.Source, release.Checkpoint, release.Licence));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(run.Path))), release.SourceSha256);
        Assert.Equal(released.Indices.Count, release.Validation!.Images);
        Assert.InRange(release.Validation.Temperature, 0.05, 20);
        Assert.Equal(16, release.Golden!.Images.Count);
        Assert.True(release.Golden.Probabilities.Select(row => SoftmaxCrossEntropy.ArgMax(row)).Distinct().Any());
        var again = _folder.In("again.safetensors");
        Released(run).Model.Save(again);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(again));
        using var predictor = new Predictor(TrainedModel.Load(file), threads: 1);
        Assert.Equal(release.Golden.Probabilities, predictor.PredictPlain(release.Golden.Images).Select(one => one.Probabilities));
    }

    [Fact]
    public void Weights_classes_or_statistics_that_are_not_what_they_were_are_found_before_anything_is_predicted()
    {
        var model = Released().Released.Model;
        using (new Predictor(model, threads: 1))
        {
        }

        var weights = model.Weights.ToArray();
        var values = weights[0].Values.ToArray();
        values[0] += 1;
        weights[0] = new NamedTensor(weights[0].Name, weights[0].Shape, values);
        var statistics = model.Metadata with { Preprocessing = model.Preprocessing with { Mean = [model.Preprocessing.Mean[0] + 0.5] } };
        foreach (var changed in new[] { new TrainedModel(model.Metadata, weights), new TrainedModel(statistics, model.Weights) })
        {
            var refused = Assert.Throws<WeftException>(() => new Predictor(changed, threads: 1));
            Assert.Equal((ErrorKind.CheckpointMismatch, "nothing was predicted"), (refused.Kind, refused.Safe));
        }
    }

    [Fact]
    public void A_file_that_says_impossible_things_of_its_release_is_damaged()
    {
        var model = Released().Released.Model;
        var release = model.Metadata.Release!;
        ModelRelease[] impossible =
        [
            release with { Validation = release.Validation! with { Correct = release.Validation.Images + 1 } },
            release with { Validation = release.Validation! with { Temperature = 0 } },
            release with { Golden = release.Golden! with { Images = [.. release.Golden.Images.Skip(1)] } },
            release with { Golden = release.Golden! with { Images = [[1], .. release.Golden.Images.Skip(1)] } },
            release with { Golden = release.Golden! with { Probabilities = [[1], .. release.Golden.Probabilities.Skip(1)] } },
        ];
        foreach (var (number, one) in impossible.Index())
        {
            var file = _folder.In($"{number}.safetensors");
            model.With(one).Save(file);
            Assert.Equal(ErrorKind.NoValidCheckpoint, Assert.Throws<WeftException>(() => TrainedModel.Load(file)).Kind);
        }
    }

    [Fact]
    public void Other_programs_see_pytorch_s_layout_and_a_newer_version_is_named()
    {
        var file = _folder.In("model.safetensors");
        Released().Released.Model.Save(file);
        var bytes = File.ReadAllBytes(file);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, BitConverter.ToInt32(bytes)));
        var metadata = header.RootElement.GetProperty("__metadata__");
        Assert.Equal(("pt", "1"), (metadata.GetProperty("format").GetString(), metadata.GetProperty("weft.format").GetString()));
        var at = bytes.AsSpan().IndexOf("\"weft.format\":\"1\""u8);
        bytes[at + "\"weft.format\":\"".Length] = (byte)'7';
        bytes.AsSpan(8 + "{\"__metadata__\":{\"sha256\":\"".Length, 64).Fill((byte)'0');
        CheckpointSeal.Apply(bytes);
        var newer = Assert.Throws<WeftException>(() => TrainedModel.Load(new MemoryStream(bytes)));
        Assert.Equal((ErrorKind.NewerFormat, "format 7"), (newer.Kind, newer.Found));
    }

    public void Dispose() => _folder.Dispose();

    private (CheckpointReference Run, ReleasedModel Released) Released()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("training.epochs=1"));
        var run = new RunStore(_folder.In("runs")).FindCheckpoint("run");
        return (run, Released(run));
    }

    private static ReleasedModel Released(CheckpointReference run)
    {
        using var evaluation = new RunEvaluation(run, _ => TinyTraining.Dataset(), 1);
        return ReleasedModel.Of(evaluation, 1, "MIT", CancellationToken.None);
    }
}
