using System.Text.Json.Nodes;

namespace Weft.App.Tests;

/// <summary>Runs that this process may read and not write, and runs that it may not even read: both are said, and neither hides another.</summary>
public sealed class ReadOnlyRunTests : IDisposable
{
    private readonly TinyData _data = new();
    private readonly TempFolder _runs = new();

    public ReadOnlyRunTests()
    {
        var (code, screen) = FakeScreen.Run(
            "train", "--data", _data.Folder, "--runs", _runs.Path, "--name", "mine", "--epochs", "1", "--set", "training.batch_size=16", "--quiet");
        Assert.True(code == 0, screen.Error);
    }

    public void Dispose()
    {
        _data.Dispose();
        _runs.Dispose();
    }

    [Theory]
    [InlineData("eval")]
    [InlineData("analyze")]
    public void What_is_measured_is_shown_and_not_stored(string verb)
    {
        MakeUnwritable();
        var (code, screen) = FakeScreen.Run(verb, "mine", "--runs", _runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        Assert.Contains("not stored in the run's folder: it cannot be written", screen.Error);
        Assert.Null(JsonNode.Parse(screen.OutputLines[^1])!["folder"]);
        Assert.False(Directory.Exists(_runs.At("mine/eval")));
        Assert.False(Directory.Exists(_runs.At("mine/analysis")));
    }

    [Fact]
    public void A_report_goes_where_it_is_told_to()
    {
        MakeUnwritable();
        var (refused, screen) = FakeScreen.Run("report", "mine", "--runs", _runs.Path, "--json");
        Assert.Equal(41, refused);
        Assert.Contains("--out report.html", JsonNode.Parse(screen.OutputLines[^1])!["error"]!["do"]!.GetValue<string>());
        Assert.Equal(0, FakeScreen.Run("report", "mine", "--runs", _runs.Path, "--out", _runs.At("page.html")).Code);
        Assert.True(File.Exists(_runs.At("page.html")));
    }

    [Fact]
    public void A_run_that_cannot_be_read_is_listed_with_the_reason()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_runs.At("broken")).FullName, "run.json"), "{");
        var (code, screen) = FakeScreen.Run("runs", "--runs", _runs.Path, "--json");
        Assert.Equal(0, code);
        Assert.Contains("broken cannot be read: the run's description is damaged", screen.Error);
        var json = JsonNode.Parse(screen.OutputLines[^1])!;
        Assert.Equal("mine", json["runs"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(32, json["unreadable"]![0]!["code"]!.GetValue<int>());
    }

    // The tests may be run as root, whom no mode keeps out.
    private void MakeUnwritable()
    {
        File.Delete(_runs.At("mine/run.lock"));
        Directory.CreateDirectory(_runs.At("mine/run.lock"));
    }
}
