using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The trained networks that come with the repository: they answer on a fresh clone before anything was trained.</summary>
public sealed class ShelfTests : IDisposable
{
    private static readonly string Shelf = Path.Combine(DocumentTests.Root, "models");

    private readonly TempFolder _place = new();

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Shelf).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public void Dispose() => _place.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_of_the_shelf_computes_what_it_did_and_leaves_again(string name)
    {
        var file = Path.Combine(Shelf, name, "model.safetensors");
        var model = TrainedModel.Load(file);
        var (release, card) = (model.Metadata.Release!, File.ReadAllText(Path.Combine(Shelf, name, "README.md")));
        Assert.Contains(release.SourceSha256, card, StringComparison.Ordinal);
        Assert.Equal(5000, release.Validation!.Images);
        using (var predictor = new Predictor(model, threads: 1)) // which computes the golden samples
            Assert.Equal(16, predictor.Predict(release.Golden!.Images).Count);
        var picture = _place.At("golden.pgm");
        File.WriteAllBytes(picture, [.. "P5 28 28 255\n"u8, .. release.Golden.Images[0]]);
        var (code, screen) = FakeScreen.Run("predict", file, picture, "--no-tta", "--json", "--threads", "1");
        Assert.True(code == 0, screen.Error);
        var probabilities = JsonDocument.Parse(screen.OutputLines[^1]).RootElement.GetProperty("predictions")[0].GetProperty("probabilities");
        Assert.All(
            probabilities.EnumerateArray().Zip(release.Golden.Probabilities[0]), pair => Assert.InRange(pair.First.GetSingle() - pair.Second, -1e-4f, 1e-4f));
        (code, screen) = FakeScreen.Run("export", file, "--format", "onnx", "--out", _place.At("model.onnx"), "--threads", "1");
        Assert.True(code == 0, screen.Error);
    }

    /// <summary>Weights of 16 bits are not those that the golden samples were computed with: they are compared with themselves.</summary>
    [Fact]
    public void Half_the_bits_of_a_trained_network_s_weights_make_a_source_that_computes_what_they_do()
    {
        var (code, screen) = FakeScreen.Run(
            "export", Path.Combine(Shelf, "small", "model.safetensors"), "--format", "csharp", "--half", "--out", _place.At("Half.cs"), "--json",
            "--threads", "1");
        Assert.True(code == 0, screen.Error);
        var parity = JsonDocument.Parse(screen.OutputLines[^1]).RootElement.GetProperty("parity");
        Assert.Equal((16, 16), (parity.GetProperty("images").GetInt32(), parity.GetProperty("same_class").GetInt32()));
        Assert.True(File.Exists(_place.At("Half.cs")));
    }
}
