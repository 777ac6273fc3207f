using System.Text.Json;

namespace Weft.App.Tests;

public sealed class AnalyzeCommandTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();

    public AnalyzeCommandTests()
    {
        var (code, screen) = FakeScreen.Run("train", "--data", _data.Folder, "--epochs", "2", "--runs", _runs.Path, "--set",
            "training.batch_size=16", "--set", "data.validation_count=30", "--set", "model.width=0.25");
        Assert.True(code == 0, screen.Error);
    }

    public void Dispose()
    {
        _runs.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void Analyze_writes_its_files_and_reports_what_it_found()
    {
        var (code, screen) = FakeScreen.Run("analyze", "--runs", _runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.All(["run", "checkpoint", "split", "count", "accuracy", "per_class", "confusion", "confused_pairs",
            "calibration", "reasons", "suspects", "findings", "seconds", "folder"],
            key => Assert.True(json.RootElement.TryGetProperty(key, out _), key));
        Assert.Equal(4, json.RootElement.GetProperty("reasons").GetArrayLength());
        var folder = json.RootElement.GetProperty("folder").GetString()!;
        Assert.All(["analysis.json", "cases.json", "predictions.csv", "confused_pairs.csv", "confusion_normalized.csv",
            "calibration.csv", "risk_coverage.csv", "suspects.csv",
            "top_losses.png", "confidently_wrong.png", "least_certain.png", "suspects.png", "cases.png"], file =>
                Assert.True(new FileInfo(Path.Combine(folder, file)).Length > 0, file));
        Assert.False(File.Exists(_runs.At("test_ledger.jsonl")), "validation images need no test images");
    }

    [Fact]
    public void A_look_at_the_test_images_is_noted()
    {
        Assert.Equal(0, FakeScreen.Run("analyze", "--split", "test", "--runs", _runs.Path).Code);
        Assert.Single(File.ReadAllLines(_runs.At("test_ledger.jsonl")));
    }

    [Fact]
    public void A_chosen_sample_is_explained_whether_right_or_wrong()
    {
        var (code, screen) = FakeScreen.Run("analyze", "--split", "test", "--sample", "7", "--runs", _runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        using var cases = JsonDocument.Parse(File.ReadAllText(_runs.At("small-1/analysis/test/cases.json")));
        Assert.Equal(7, cases.RootElement.GetProperty("cases")[0].GetProperty("index").GetInt32());
        Assert.Equal(1, cases.RootElement.GetProperty("cases").GetArrayLength());
    }

    [Theory]
    [InlineData("--sample", "4711", "validation images have no sample 4711")]
    [InlineData("--pair", "1,9", "--pair names no two classes")]
    [InlineData("--pair", "1,1", "--pair names no two classes")]
    [InlineData("--folds", "1", "--folds has a value it cannot have")]
    [InlineData("--split", "train", "--split has a value it cannot have")]
    public void What_cannot_be_is_refused(string option, string value, string message)
    {
        var (code, screen) = FakeScreen.Run("analyze", option, value, "--runs", _runs.Path);
        Assert.Equal(2, code);
        Assert.Contains(message, screen.Error);
        Assert.False(Directory.Exists(_runs.At("small-1/analysis")));
    }
}
