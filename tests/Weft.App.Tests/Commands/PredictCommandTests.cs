using System.Globalization;
using System.Text;
using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

public sealed class PredictCommandTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();

    public PredictCommandTests()
    {
        var (code, screen) = FakeScreen.Run("train", "--data", _data.Folder, "--epochs", "3", "--runs", _runs.Path, "--set", "training.batch_size=16",
            "--set", "model.width=0.25",
            "--set", "evaluation.tta=true", "--set", "evaluation.tta_shift=1");
        Assert.True(code == 0, screen.Error);
    }

    public void Dispose()
    {
        _runs.Dispose();
        _data.Dispose();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0, "--no-tta")]
    [InlineData(true, 0, "--tta-shift", "0")]
    public void Predictions_of_the_test_images_are_those_of_eval_row_for_row(bool mirrored, int shift, params string[] options)
    {
        Assert.Equal(0, FakeScreen.Run(["eval", "latest", "--split", "test", "--runs", _runs.Path, .. options]).Code);
        var expected = File.ReadAllLines(_runs.At("small-1/eval/test/predictions.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        var (json, code, _) = Predict([Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), .. options]);
        Assert.Equal(0, code);
        var predictions = json.GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal(expected.Select(row => row[2]), predictions.Select(prediction => prediction.GetProperty("index").GetInt32().ToString()));
        Assert.Equal(
            expected.Select(row => string.Join(',', row.Skip(4).Select(p => float.Parse(p, CultureInfo.InvariantCulture)))),
            predictions.Select(prediction => string.Join(',', prediction.GetProperty("probabilities").EnumerateArray().Select(p => p.GetSingle()))));
        Assert.EndsWith("#29", predictions[29].GetProperty("file").GetString());
        Assert.Equal((mirrored, shift), (json.GetProperty("tta").GetBoolean(), json.GetProperty("tta_shift").GetInt32()));
    }

    [Fact]
    public void The_runs_views_are_named_for_people_and_the_checkpoint_alone_knows_them()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.At("a.pgm"), GreyPicture(12, 0));
        File.Delete(_runs.At("small-1/config.yaml"));
        var (code, screen) = FakeScreen.Run("predict", _runs.At("small-1"), folder.At("a.pgm"), "--runs", _runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Equal("mean over each image in 18 views: mirrored and moved by up to 1 pixel", screen.OutputLines[0]);
    }

    [Fact]
    public void A_file_of_a_model_predicts_as_the_run_that_it_was_copied_from()
    {
        using var elsewhere = new TempFolder();
        File.WriteAllBytes(elsewhere.At("a.pgm"), GreyPicture(12, 0));
        File.Copy(Directory.GetFiles(_runs.At("small-1/checkpoints"), "*.safetensors").Order().Last(), elsewhere.At("model.safetensors"));
        var (code, screen) = FakeScreen.Run("predict", elsewhere.At("model.safetensors"), elsewhere.At("a.pgm"), "--runs", elsewhere.Path, "--json");
        Assert.True(code == 0, screen.Error);
        var run = FakeScreen.Run("predict", "latest@last", elsewhere.At("a.pgm"), "--runs", _runs.Path, "--json");
        Assert.Equal(run.Screen.OutputLines[^1], screen.OutputLines[^1]);

        File.WriteAllText(elsewhere.At("model.safetensors"), "no model");
        Assert.Equal(22, FakeScreen.Run("predict", elsewhere.At("model.safetensors"), elsewhere.At("a.pgm"), "--runs", elsewhere.Path).Code);
    }

    [Fact]
    public void Calibrated_probabilities_are_those_of_logits_divided_by_the_temperature_in_the_file_and_the_class_stays()
    {
        using var place = new TempFolder();
        var (model, images) = (place.At("model.safetensors"), Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"));
        Json("export", "latest", "--runs", _runs.Path, "--format", "safetensors", "--out", model, "--threads", "1");
        var temperature = TrainedModel.Load(model).Metadata.Release!.Validation!.Temperature;
        Assert.NotEqual(1, temperature, 0.01);
        foreach (var views in new[] { "--no-tta", "--tta" })
        {
            var plain = Json("predict", model, images, views);
            var calibrated = Json("predict", model, images, views, "--calibrated");
            Assert.False(plain.TryGetProperty("calibrated", out _));
            Assert.Equal((true, temperature), (calibrated.GetProperty("calibrated").GetBoolean(), calibrated.GetProperty("temperature").GetDouble()));
            var rows = new[] { plain, calibrated }.Select(answer => answer.GetProperty("predictions").EnumerateArray()).ToList();
            foreach (var (before, after) in rows[0].Zip(rows[1]))
            {
                Assert.Equal(before.EnumerateObject().Select(key => key.Name), after.EnumerateObject().Select(key => key.Name));
                Assert.Equal(before.GetProperty("index").GetInt32(), after.GetProperty("index").GetInt32());
                double[] powers = [.. before.GetProperty("probabilities").EnumerateArray().Select(p => Math.Pow(p.GetSingle(), 1 / temperature))];
                float[] found = [.. after.GetProperty("probabilities").EnumerateArray().Select(p => p.GetSingle())];
                Assert.All(found.Zip(powers), pair => Assert.Equal(pair.Second / powers.Sum(), pair.First, 1e-6));
                Assert.Equal(found[after.GetProperty("index").GetInt32()], after.GetProperty("probability").GetSingle());
            }
        }

        var said = string.Create(CultureInfo.InvariantCulture, $"calibrated: logits divided by {temperature:F3}");
        Assert.Contains(said, FakeScreen.Run("predict", model, images, "--calibrated").Screen.Output, StringComparison.Ordinal);
        // Parts that were made otherwise are not put together.
        Assert.Equal(0, FakeScreen.Run("predict", model, images, "--part", "1/2", "--out", place.At("parts")).Code);
        Assert.Equal(0, FakeScreen.Run("predict", model, images, "--part", "2/2", "--out", place.At("parts"), "--calibrated").Code);
        Assert.Equal(2, FakeScreen.Run("predict", "merge", place.At("parts"), "--out", place.At("table.csv")).Code);
    }

    [Fact]
    public void A_model_that_does_not_say_what_calibrates_it_is_refused()
    {
        var (code, screen) = FakeScreen.Run(
            "predict", "latest", Path.Combine(_data.Folder, "t10k-images-idx3-ubyte"), "--runs", _runs.Path, "--calibrated");
        Assert.Equal(2, code);
        Assert.Contains("does not say what calibrates it", screen.Error, StringComparison.Ordinal);
        Assert.Contains("weft export RUN --format safetensors", screen.Error, StringComparison.Ordinal);
        Assert.Equal("", screen.Output);
    }

    [Fact]
    public void A_folder_of_pictures_of_any_size_is_predicted_and_every_change_is_noted_once()
    {
        using var folder = new TempFolder();
        using (var png = File.Create(folder.At("b.png")))
            PngWriter.Write(png, new FeatureShape(24, 30, 3), [.. Enumerable.Range(0, 24 * 30 * 3).Select(i => (byte)(i % 3 == 0 ? 100 : 0))]);
        File.WriteAllBytes(folder.At("a.pgm"), [.. "P5\n# a comment\n3 2\n255\n"u8, 255, 255, 255, 255, 255, 255]);
        File.WriteAllBytes(folder.At("c.pgm"), GreyPicture(12, 0));
        File.WriteAllText(folder.At("notes.txt"), "no picture");
        var (code, screen) = FakeScreen.Run("predict", "latest", folder.Path, "--runs", _runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(["a.pgm", "b.png", "c.pgm"], screen.OutputLines.Skip(1).Take(3).Select(line => Path.GetFileName(line.Split("  ")[0])));
        Assert.Equal(
            [
                "note: passed over: 1 file that is no picture by its ending.",
                "note: 1 of 3 pictures is in colour and made grey.",
                "note: 2 of 3 pictures are not 12 × 12 and scaled by area and centred on black.",
                "note: 1 of 3 pictures has a bright ground, 2 a dark one; images like Fashion-MNIST's have a black one. --invert would turn both.",
            ],
            screen.OutputLines.Skip(4));
        var (json, _, _) = Predict([folder.Path, "--invert"]);
        Assert.Equal(["color-to-grey", "resized", "inverted", "bright-ground"], json.GetProperty("notes").EnumerateArray()
            .Select(note => note.GetProperty("kind").GetString()));
        Assert.Equal([1, 2, 3, 2], json.GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("count").GetInt32()));
        Assert.Equal(2, json.GetProperty("bright_ground").GetInt32());
    }

    [Fact]
    public void Bad_pictures_are_named_and_counted_and_the_others_are_predicted()
    {
        using var folder = new TempFolder();
        for (var i = 0; i < 150; i++)
            File.WriteAllBytes(folder.At($"{i:000}.pgm"), GreyPicture(12, (byte)i));
        File.WriteAllBytes(folder.At("070.pgm"), GreyPicture(12, 0)[..40]);
        File.WriteAllBytes(folder.At("080.jpg"), [0xFF, 0xD8, 0xFF, 0xE0]);
        File.WriteAllBytes(folder.At("._001.pgm"), [0, 5, 0x16, 7]);
        Directory.CreateDirectory(folder.At("more"));
        var (json, code, screen) = Predict([folder.At("missing.png"), folder.Path, folder.At("003.pgm")]);
        Assert.Equal(2, code);
        var files = json.GetProperty("predictions").EnumerateArray().Select(prediction => Path.GetFileName(prediction.GetProperty("file").GetString()))
            .ToList();
        Assert.Equal([.. Enumerable.Range(0, 150).Where(i => i != 70).Select(i => $"{i:000}.pgm"), "003.pgm"], files);
        Assert.Equal(
            [("missing.png", 2, "there is no such picture", null), ("070.pgm", 2, "this picture cannot be read", "expected 144 bytes of pixels, found 27"),
                ("080.jpg", 2, "this is no picture that can be read", "a JPEG picture")],
            json.GetProperty("failed").EnumerateArray().Select(failed =>
                (Path.GetFileName(failed.GetProperty("file").GetString()), failed.GetProperty("code").GetInt32(), failed.GetProperty("what").GetString(),
                failed.GetProperty("found").GetString())));
        Assert.Equal((1, 0, 1), (json.GetProperty("skipped").GetInt32(), json.GetProperty("other_files").GetInt32(),
            json.GetProperty("subfolders").GetInt32()));
        var lines = screen.Error.Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains("069.pgm"));
        Assert.Matches("070.pgm +not predicted: this picture cannot be read: expected 144", lines[at + 1]);
        Assert.Contains("071.pgm", lines[at + 2]);
        Assert.Contains("error[2 usage]: 3 of 153 pictures could not be read", screen.Error);
    }

    [Fact]
    public void Where_nothing_can_be_predicted_there_is_an_error_alone()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("a.png"), "<html>");
        File.WriteAllText(folder.At("b.png"), "");
        var (json, code, screen) = Predict([folder.Path]);
        Assert.Equal(2, code);
        Assert.Equal("none of the 2 files could be predicted", json.GetProperty("error").GetProperty("what").GetString());
        Assert.False(json.TryGetProperty("predictions", out _));
        Assert.Contains("b.png  not predicted: this is no picture that can be read: an empty file", screen.Error);
    }

    [Fact]
    public void The_run_is_opened_before_any_picture()
    {
        var (code, screen) = FakeScreen.Run("predict", "no-such-run", "no-such-picture.png", "--runs", _runs.Path);
        Assert.Equal(2, code);
        Assert.DoesNotContain("picture", screen.Error);
    }

    [Theory]
    [InlineData("missing.png", null, "there is no such picture")]
    [InlineData("short.png", "89504E470D0A1A0A0000000D49484452", "this picture cannot be read")]
    [InlineData("a.jpg", "FFD8FFE0", "a JPEG picture")]
    [InlineData("empty.png", "", "an empty file")]
    [InlineData("a.ppm", "50360A322032", "this picture cannot be read")]
    [InlineData("none-idx3-ubyte", "00000803000000000000001C0000001C", "the file holds no image")]
    [InlineData("labels-idx1-ubyte", "000008010000000101", "an IDX file of labels")]
    public void What_is_no_picture_is_refused(string name, string? content, string message)
    {
        using var folder = new TempFolder();
        if (content is not null)
            File.WriteAllBytes(folder.At(name), Convert.FromHexString(content));
        var (code, screen) = FakeScreen.Run("predict", "latest", folder.At(name), "--runs", _runs.Path);
        Assert.Equal(2, code);
        Assert.Contains(message, screen.Error);
    }

    private (JsonElement Json, int Code, FakeScreen Screen) Predict(string[] arguments)
    {
        var (code, screen) = FakeScreen.Run(["predict", "latest", "--runs", _runs.Path, "--json", .. arguments]);
        using var document = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        return (document.RootElement.Clone(), code, screen);
    }

    private static byte[] GreyPicture(int size, byte value) => [.. Encoding.ASCII.GetBytes($"P5\n{size} {size}\n255\n"),
        .. Enumerable.Repeat(value, size * size)];

    private static JsonElement Json(params string[] words)
    {
        var (code, screen) = FakeScreen.Run([.. words, "--json"]);
        Assert.True(code == 0, screen.Error);
        return JsonDocument.Parse(screen.OutputLines[^1]).RootElement;
    }
}
