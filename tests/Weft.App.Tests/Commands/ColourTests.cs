using System.Text.Json;

namespace Weft.App.Tests;

/// <summary>A data set in colour with a test part of its own, from its files to a prediction.</summary>
public sealed class ColourTests : IDisposable
{
    private const int Classes = 10;
    private const int Side = 32;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cifar_trains_evaluates_its_test_part_and_predicts_a_picture()
    {
        File.WriteAllBytes(_folder.At("data_batch_1.bin"), Records(500, seed: 1));
        File.WriteAllBytes(_folder.At("test_batch.bin"), Records(100, seed: 2));
        File.WriteAllLines(_folder.At("batches.meta.txt"), Enumerable.Range(0, Classes).Select(i => $"hue {i}"));
        Run("train", "--data", _folder.Path, "--model", "small", "--epochs", "4", "--runs", _folder.At("runs"), "--set", "model.width=0.25",
            "--set", "training.batch_size=32", "--set", "training.seed=3");
        var evaluated = Run("eval", "latest", "--split", "test", "--runs", _folder.At("runs"));
        Assert.Equal(100, evaluated.GetProperty("count").GetInt32());
        Assert.True(evaluated.GetProperty("accuracy").GetDouble() > 0.6, evaluated.ToString());
        File.WriteAllBytes(_folder.At("seven.ppm"), [.. "P6 32 32 255\n"u8, .. Enumerable.Range(0, Side * Side * 3).Select(i => Level(7, i % 3))]);
        var predicted = Run("predict", _folder.At("runs/small-1"), _folder.At("seven.ppm")).GetProperty("predictions")[0];
        Assert.Equal("hue 7", predicted.GetProperty("class").GetString());
    }

    // A hue for each class, under noise; planes as the binary files have them.
    private static byte[] Records(int count, int seed)
    {
        var random = new Random(seed);
        var bytes = new List<byte>();
        for (var i = 0; i < count; i++)
        {
            bytes.Add((byte)(i % Classes));
            for (var p = 0; p < 3 * Side * Side; p++)
                bytes.Add((byte)Math.Clamp(Level(i % Classes, p / (Side * Side)) + random.Next(-25, 26), 0, 255));
        }

        return [.. bytes];
    }

    private static byte Level(int label, int channel) => (byte)(128 + 110 * Math.Cos(2 * Math.PI * (label / (double)Classes + channel / 3.0)));

    private static JsonElement Run(params string[] command)
    {
        var (code, screen) = FakeScreen.Run([.. command, "--json"]);
        Assert.True(code == 0, screen.Error);
        return JsonDocument.Parse(screen.OutputLines[^1]).RootElement.Clone();
    }
}
