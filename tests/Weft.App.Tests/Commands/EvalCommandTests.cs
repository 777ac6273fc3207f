using System.Globalization;
using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>A run measured on labelled pictures that are not its own, and by labels that were corrected.</summary>
public sealed class EvalCommandTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _place = new();

    public EvalCommandTests() => Fit(FakeScreen.Run(
        "train", "--data", _data.Folder, "--runs", Runs, "--name", "a", "--epochs", "1", "--batch", "16", "--threads", "1",
        "--set", "data.validation_count=30"));

    private string Runs => _place.At("runs");

    public void Dispose()
    {
        _data.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void Another_labelled_set_is_measured_whole_and_the_run_s_own_results_and_test_images_are_untouched()
    {
        Fit(FakeScreen.Run("eval", "a", "--runs", Runs, "--threads", "1"));
        var own = FolderHash.Of(Path.Combine(Runs, "a", "eval", "validation"));
        using var other = new TinyData(train: 50, test: 20);
        var all = Json("--data", other.Folder);
        Assert.Equal((70, "all"), (all.GetProperty("count").GetInt32(), all.GetProperty("split").GetString()));
        Assert.Equal(Path.GetFileName(other.Folder), all.GetProperty("data").GetString());
        var part = Json("--data", other.Folder, "--split", "test");
        Assert.Equal((20, "test"), (part.GetProperty("count").GetInt32(), part.GetProperty("split").GetString()));
        Assert.NotEqual(all.GetProperty("folder").GetString(), part.GetProperty("folder").GetString());
        Assert.Equal(71, File.ReadLines(Path.Combine(all.GetProperty("folder").GetString()!, "pictures.csv")).Count());
        Assert.Equal(own, FolderHash.Of(Path.Combine(Runs, "a", "eval", "validation")));
        Assert.False(File.Exists(Path.Combine(Runs, "test_ledger.jsonl")));
    }

    [Fact]
    public void Pictures_of_a_folder_are_predicted_as_predict_does_row_by_row()
    {
        var folder = Pictures("set", ("0", 7), ("1", 5), ("2", 6));
        var answer = Json("--data", folder);
        Assert.Equal(18, answer.GetProperty("count").GetInt32());
        var rows = File.ReadLines(Path.Combine(answer.GetProperty("folder").GetString()!, "pictures.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        var (code, screen) = FakeScreen.Run(["predict", "a", "--runs", Runs, "--threads", "1", "--json", .. rows.Select(row => Path.Combine(folder, row[0]))]);
        Assert.Equal(0, code);
        var predictions = JsonDocument.Parse(screen.OutputLines[^1]).RootElement.GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal(rows.Count, predictions.Count);
        foreach (var (row, prediction) in rows.Zip(predictions))
        {
            Assert.Equal(row[2], prediction.GetProperty("class").GetString());
            Assert.Equal(float.Parse(row[3], CultureInfo.InvariantCulture), prediction.GetProperty("probability").GetSingle());
        }
    }

    [Fact]
    public void Classes_that_the_model_does_not_know_are_told_and_may_be_left_out()
    {
        var folder = Pictures("set", ("1", 4), ("owl", 3));
        var (code, screen) = FakeScreen.Run("eval", "a", "--runs", Runs, "--threads", "1", "--data", folder);
        Assert.Equal(2, code);
        Assert.Contains("owl (3)", screen.Error);
        var advised = screen.Error.Split('\n').Single(line => line.Contains("weft eval", StringComparison.Ordinal)).Split("weft ")[1];
        Assert.Contains("--known-classes", advised);
        (code, screen) = FakeScreen.Run([.. advised.Split(' ')]);
        Assert.Equal(0, code);
        Assert.Contains("3 pictures of classes that the model does not know were left out: owl (3)", screen.Output);
        Assert.Contains("2 of 3 classes have no labelled image: 0, 2", screen.Output);
    }

    [Fact]
    public void Corrected_labels_measure_the_same_images_into_a_folder_of_their_own()
    {
        var plain = Json();
        var rows = File.ReadLines(Path.Combine(plain.GetProperty("folder").GetString()!, "predictions.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        var corrections = _place.At("c.csv");
        File.WriteAllText(corrections, "path,sha256,from,to\n"
            + $"{rows[0][0]},,{rows[0][1]},\n" + string.Concat(rows.Skip(1).Select(row => $"{row[0]},,{row[1]},{row[2]}\n")));
        var corrected = Json("--corrections", corrections);
        Assert.Equal((29, 29), (corrected.GetProperty("count").GetInt32(), corrected.GetProperty("correct").GetInt32()));
        Assert.Equal("validation-corrected", Path.GetFileName(corrected.GetProperty("folder").GetString()));
        Assert.Equal(plain.GetProperty("accuracy").GetDouble(), Json().GetProperty("accuracy").GetDouble());
    }

    private JsonElement Json(params string[] more)
    {
        var (code, screen) = FakeScreen.Run(["eval", "a", "--runs", Runs, "--threads", "1", "--json", .. more]);
        Assert.True(code == 0, screen.Error);
        return JsonDocument.Parse(screen.OutputLines[^1]).RootElement;
    }

    // A folder for each class, with pictures of noise.
    private string Pictures(string name, params (string Class, int Count)[] classes)
    {
        foreach (var (label, count) in classes)
        {
            Directory.CreateDirectory(_place.At($"{name}/{label}"));
            for (var i = 0; i < count; i++)
            {
                var picture = new Picture(12, 12);
                new Random(i + label.Length * 100).NextBytes(picture.Pixels);
                using var file = File.Create(_place.At($"{name}/{label}/{i}.png"));
                picture.WritePng(file);
            }
        }

        return _place.At(name);
    }

    private static void Fit((int Code, FakeScreen Screen) ended) => Assert.True(ended.Code == 0, ended.Screen.Error);
}
