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
    public void Cifar_trains_resumes_evaluates_its_test_part_predicts_a_picture_and_is_explained()
    {
        File.WriteAllBytes(_folder.At("data_batch_1.bin"), Records(500, seed: 1));
        File.WriteAllBytes(_folder.At("test_batch.bin"), Records(100, seed: 2));
        File.WriteAllLines(_folder.At("batches.meta.txt"), Enumerable.Range(0, Classes).Select(i => $"hue {i}"));
        Run("train", "--data", _folder.Path, "--model", "small", "--epochs", "3", "--runs", _folder.At("runs"), "--set", "model.width=0.25",
            "--set", "training.batch_size=32", "--set", "training.seed=3");
        Assert.Equal(4, Run("extend", "latest", "--epochs", "+1", "--runs", _folder.At("runs")).GetProperty("epochs").GetInt32());
        var evaluated = Run("eval", "latest", "--split", "test", "--runs", _folder.At("runs"));
        Assert.Equal(100, evaluated.GetProperty("count").GetInt32());
        Assert.True(evaluated.GetProperty("accuracy").GetDouble() > 0.6, evaluated.ToString());
        File.WriteAllBytes(_folder.At("seven.ppm"), [.. "P6 32 32 255\n"u8, .. Enumerable.Range(0, Side * Side * 3).Select(i => Level(7, i % 3))]);
        var predicted = Run("predict", _folder.At("runs/small-1"), _folder.At("seven.ppm")).GetProperty("predictions")[0];
        Assert.Equal("hue 7", predicted.GetProperty("class").GetString());
        var analyzed = Run("analyze", "latest", "--runs", _folder.At("runs"));
        Assert.Equal(Enumerable.Range(0, Classes).Select(i => $"hue {i}"), analyzed.GetProperty("classes").EnumerateArray().Select(name => name.GetString()));
        var (code, screen) = FakeScreen.Run("report", "latest", "--runs", _folder.At("runs"), "--out", _folder.At("report.html"));
        Assert.True(code == 0, screen.Error);
        Assert.Contains("hue 7", File.ReadAllText(_folder.At("report.html")));
    }

    [Theory]
    [InlineData("labels.csv")]
    [InlineData("photos.zip")]
    public void A_file_in_place_of_a_folder_trains_resumes_its_data_and_is_evaluated(string name)
    {
        for (var i = 0; i < 60; i++)
        {
            var path = _folder.At(Path.Combine("photos", i % 5 == 4 ? "test" : "train", i % 2 == 0 ? "even" : "odd", $"{i}.ppm"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var random = new Random(i);
            File.WriteAllBytes(
                path, [.. "P6 32 32 255\n"u8, .. Enumerable.Range(0, Side * Side * 3).Select(p => (byte)(Level(i % 2 * 5, p % 3) ^ random.Next(16)))]);
        }

        File.WriteAllText(_folder.At("labels.csv"), "path,label,split\n" + string.Concat(
            Directory.GetFiles(_folder.At("photos"), "*", SearchOption.AllDirectories).Order().Select(path => Path.GetRelativePath(_folder.Path, path))
                .Select(path => $"{path},{path.Split(Path.DirectorySeparatorChar)[2]},{path.Split(Path.DirectorySeparatorChar)[1]}\n")));
        System.IO.Compression.ZipFile.CreateFromDirectory(_folder.At("photos"), _folder.At("photos.zip"));
        Run("train", "--data", _folder.At(name), "--model", "small", "--epochs", "2", "--runs", _folder.At("runs"), "--set", "model.width=0.25",
            "--set", "training.batch_size=8", "--set", "picture.side=16", "--set", "picture.cache=false");
        Assert.Equal(12, Run("eval", "latest", "--split", "test", "--runs", _folder.At("runs")).GetProperty("count").GetInt32());
        var (code, screen) = FakeScreen.Run("data", "get", _folder.At(name));
        Assert.True(code == 0, screen.Error);
        Assert.Contains("48 training and 12 test images of", screen.Output);
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
