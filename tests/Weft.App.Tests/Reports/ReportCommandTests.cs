using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.App.Tests;

public sealed partial class ReportCommandTests : IDisposable
{
    private const string Evil = "<script>alert(1)</script>\u202e\u0007\"'&\n";

    private readonly TempFolder _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void The_page_needs_nothing_beside_itself_and_escapes_what_comes_from_outside()
    {
        Analyzed("run-1");
        var (code, screen) = FakeScreen.Run("report", "run-1", "--split", "test", "--runs", _runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        var page = File.ReadAllText(_runs.At("run-1/report.html"));
        Assert.True(page.Length < 5_000_000, $"{page.Length} characters");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(page, letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'));
        Assert.DoesNotContain('\u202e', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u202E\\u0007", page);
        Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'", page);
        Assert.All(References().Matches(page), reference => Assert.Matches("^(data:image/png;base64,|#)", reference.Groups[1].Value));
        Assert.DoesNotContain("url(", page);
        Assert.DoesNotContain("@import", page);
        Assert.All(["Training", "What is taken for what", "four suspected reasons", "Mistakes one by one", "Surest mistakes",
            "How far its probabilities can be trusted", "Methods", "Test-set ledger"],
            heading => Assert.Contains(heading, page));
        Assert.Contains("opened once", page);
    }

    [Fact]
    public void Several_runs_are_set_beside_each_other()
    {
        Analyzed("run-1");
        Analyzed("run-2");
        var (code, screen) = FakeScreen.Run("report", "run-1", "run-2", "--split", "test", "--runs", _runs.Path, "--out", _runs.At("both.html"));
        Assert.True(code == 0, screen.Error);
        var page = File.ReadAllText(_runs.At("both.html"));
        Assert.Contains("2 networks compared", page);
        Assert.Contains("href=\"#run-2\"", page);
        Assert.Contains("run-1 against run-2", page);
        Assert.Contains("cannot be told apart", page);
        Assert.False(File.Exists(_runs.At("run-1/report.html")));
    }

    [Fact]
    public void Runs_that_set_aside_different_numbers_of_images_each_say_theirs()
    {
        Analyzed("run-1", EvaluationSplit.Validation, "data.validation_count=12");
        Analyzed("run-2", EvaluationSplit.Validation, "data.validation_count=30");
        var (code, screen) = FakeScreen.Run("report", "run-1", "run-2", "--split", "validation", "--runs", _runs.Path, "--out", _runs.At("both.html"));
        Assert.True(code == 0, screen.Error);
        var page = File.ReadAllText(_runs.At("both.html"));
        Assert.Contains("12 to 30 validation images", page);
        Assert.Contains(", 12 images</small>", page);
        Assert.Contains(", 30 images</small>", page);
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_said_so()
    {
        Analyzed("run-1");
        var (code, screen) = FakeScreen.Run("report", "run-1", "--split", "test", "--runs", _runs.Path, "--out", _runs.At("run-1/config.yaml/report.html"));
        Assert.Equal(41, code);
        Assert.Contains("the report cannot be written", screen.Error);
    }

    /// <summary>A trained and analysed run whose class names mean harm. It is not opened again: a report of an analysed run needs no data.</summary>
    private void Analyzed(string name, EvaluationSplit split = EvaluationSplit.Test, params IEnumerable<string> values)
    {
        var data = Data();
        var configuration = ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Recipe = "none", Overrides = [.. new[] { "model.name=small", "model.width=0.125", "training.epochs=3", "training.batch_size=16",
                "training.threads=1" }.Concat(values).Select(ConfigurationResolver.ParseSet)],
        });
        using (var plan = TrainingSession.Begin(
            configuration, data, new NewRun { Store = new RunStore(_runs.Path), Name = name, CommandLine = ["weft", "train", Evil] }))
            Trainer.Run(plan);
        var checkpoint = new RunStore(_runs.Path).FindCheckpoint(name);
        using var owned = RunLock.Take(checkpoint.Run);
        using var analysis = new RunAnalysis(checkpoint, _ => data, new AnalysisOptions { Split = split, Cases = 6, Threads = 1 });
        AnalysisFiles.Write(owned, analysis.Run(new TestLedger(_runs.Path)));
    }

    private static ImageDataset Data()
    {
        ImageSamples Samples(int count, long seed)
        {
            var rng = Rng.For(seed, RngPurpose.Analysis);
            var labels = Enumerable.Range(0, count).Select(i => i % 3).ToArray();
            return new ImageSamples(new FeatureShape(8, 8, 1), Enumerable.Range(0, count * 64)
                .Select(i => (byte)(rng.Int(i, 120) + (i / 8 % 8 / 3 == labels[i / 64] ? 60 : 0))).ToArray(), labels, "evil");
        }

        return new ImageDataset(Evil, Samples(120, 1), () => Samples(60, 2), [Evil + "0", Evil + "1", "plain"]);
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex References();
}
