using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

public sealed class PredictCommandTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();

    public PredictCommandTests()
    {
        var (code, screen) = FakeScreen.Run("train", "--data", _data.Folder, "--epochs", "3", "--runs", _runs.Path, "--set", "training.batch_size=16", "--set", "model.width=0.25");
        Assert.True(code == 0, screen.Error);
    }

    public void Dispose()
    {
        _runs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void Predictions_of_the_test_images_are_those_of_eval()
    {
        Assert.Equal(0, FakeScreen.Run("eval", "latest", "--split", "test", "--runs", _runs.Path).Code);
        var expected = File.ReadAllLines(_runs.At("small-1/eval/test/predictions.csv")).Skip(1).Select(line => line.Split(',')[2]);
        var (code, screen) = FakeScreen.Run("predict", "latest", Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), "--runs", _runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        var predictions = json.RootElement.GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal(expected, predictions.Select(prediction => prediction.GetProperty("index").GetInt32().ToString()));
        Assert.All(predictions, prediction => Assert.Equal(1, prediction.GetProperty("probabilities").EnumerateArray().Sum(p => p.GetDouble()), 1e-5));
        Assert.EndsWith("#29", predictions[29].GetProperty("file").GetString());
    }

    [Fact]
    public void A_folder_of_pictures_of_any_size_is_predicted()
    {
        using var folder = new TempFolder();
        using (var png = File.Create(folder.At("b.png")))
            PngWriter.Write(png, new FeatureShape(24, 30, 3), new byte[24 * 30 * 3]);
        File.WriteAllBytes(folder.At("a.pgm"), [.. "P5\n# a comment\n3 2\n255\n"u8, 255, 255, 255, 255, 255, 255]);
        File.WriteAllText(folder.At("notes.txt"), "no picture");
        var (code, screen) = FakeScreen.Run("predict", "latest", folder.Path, "--runs", _runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(3, screen.OutputLines.Count());
        Assert.Contains("1 of 2 pictures have a bright ground", screen.OutputLines.Last());
    }

    [Theory]
    [InlineData("missing.png", null, "there is no such picture")]
    [InlineData("short.png", "89504E470D0A1A0A0000000D49484452", "this picture cannot be read")]
    [InlineData("a.jpg", "FFD8FFE0", "this is no picture that can be read")]
    [InlineData("empty.png", "", "this is no picture that can be read")]
    [InlineData("a.ppm", "50360A322032", "this picture cannot be read")]
    public void What_is_no_picture_is_refused(string name, string? content, string message)
    {
        using var folder = new TempFolder();
        if (content is not null)
            File.WriteAllBytes(folder.At(name), Convert.FromHexString(content));
        var (code, screen) = FakeScreen.Run("predict", "latest", folder.At(name), "--runs", _runs.Path);
        Assert.Equal(2, code);
        Assert.Contains(message, screen.Error);
    }
}
