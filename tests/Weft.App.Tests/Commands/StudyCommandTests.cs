using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.App.Tests;

public class StudyCommandTests
{
    private static readonly string[] SummaryKeys =
    [
        "model", "recipe", "seed", "epochs", "parameters", "flops_per_image", "train_seconds",
        "validation_accuracy", "test_accuracy", "command", "machine", "date",
    ];

    [Fact]
    public void A_study_that_is_killed_ends_with_the_numbers_of_one_that_was_not_and_opens_the_test_images_at_the_end_only()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        using (var killed = new WeftProcess($"exec $WEFT {string.Join(' ', Study(data, runs.At("killed")))}"))
        {
            killed.WaitUntil(() => File.Exists(runs.At("killed/study-tuned-quick/cnn4-s1/run.json")));
            killed.Send("KILL");
        }

        Assert.False(File.Exists(runs.At("killed/study-tuned-quick/test_ledger.jsonl")));
        Directory.CreateDirectory(runs.At("killed/study-tuned-quick/googlenet-adam-s1")); // as a kill while it was made leaves it
        var (code, screen) = FakeScreen.Run(Study(data, runs.At("killed"), "--json"));
        Assert.True(code == 0, screen.Error);
        var (peaceful, _) = FakeScreen.Run(Study(data, runs.At("peaceful")));
        Assert.Equal(0, peaceful);

        Assert.Equal(Numbers(runs.At("peaceful/study-tuned-quick/results/summary.json")), Numbers(runs.At("killed/study-tuned-quick/results/summary.json")));
        Assert.Equal(4, File.ReadLines(runs.At("killed/study-tuned-quick/test_ledger.jsonl")).Count());
        var results = runs.At("killed/study-tuned-quick/results");
        Assert.All(["comparison.txt", "accuracy.svg", "cnn5-s1/config.yaml", "cnn5-s1/run.json", "cnn5-s1/metrics.csv", "cnn5-s1/eval/test/predictions.csv"],
            file => Assert.True(File.Exists(Path.Combine(results, file)), file));
        // The report prints commands to paste here and now; what is kept with the code tells no path.
        var kept = Directory.EnumerateFiles(results, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".html");
        Assert.DoesNotContain(runs.Path, string.Concat(kept.Select(File.ReadAllText)));

        // Once more: nothing is trained, nothing opened.
        Assert.Equal(0, FakeScreen.Run(Study(data, runs.At("killed"))).Code);
        Assert.Equal(4, File.ReadLines(runs.At("killed/study-tuned-quick/test_ledger.jsonl")).Count());

        // Looked at otherwise: nothing is trained, but the test images are opened again.
        var (looked, views) = FakeScreen.Run(Study(data, runs.At("killed"), "--set", "evaluation.tta_shift=1"));
        Assert.Equal(0, looked);
        Assert.Contains("each image in 9 views", views.Output);
        Assert.Equal(8, File.ReadLines(runs.At("killed/study-tuned-quick/test_ledger.jsonl")).Count());

        // With other values it is another study.
        var (other, refused) = FakeScreen.Run(Study(data, runs.At("killed"), "--set", "optimizer.weight_decay=0.3"));
        Assert.Equal(2, other);
        Assert.Contains("optimizer.weight_decay", refused.Error);
    }

    [Fact]
    public void Runs_trained_elsewhere_count_by_their_published_results()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (there, first) = FakeScreen.Run(Study(data, runs.At("there"), "--out", runs.At("results")));
        Assert.True(there == 0, first.Error);
        Assert.Equal(4, File.ReadLines(runs.At("results/test_ledger.jsonl")).Count());
        Directory.Delete(runs.At("results/cnn4-s1"), recursive: true); // the one still to train
        var published = Numbers(runs.At("results/summary.json"));

        string[] here = Study(data, runs.At("here"), "--with", runs.At("results"), "--out", runs.At("results"));
        var (code, screen) = FakeScreen.Run(here);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(["cnn4-s1"], Directory.EnumerateDirectories(runs.At("here/study-tuned-quick")).Select(Path.GetFileName));
        Assert.Equal(published, Numbers(runs.At("results/summary.json")));
        Assert.Single(File.ReadLines(runs.At("here/study-tuned-quick/test_ledger.jsonl")));
        Assert.Equal(5, File.ReadLines(runs.At("results/test_ledger.jsonl")).Count());
        Assert.Contains("opened 5 times for 4 runs", File.ReadAllText(runs.At("results/comparison.txt")));
        Assert.Contains("no part about cnn5", screen.Output);
        var report = File.ReadAllText(runs.At("results/report.html"));
        Assert.Contains("opened 5 times", report);
        Assert.Contains("cnn5-s1 against cnn4-s1", report);

        var (other, differs) = FakeScreen.Run([.. here, "--set", "optimizer.weight_decay=0.3"]);
        Assert.Equal(2, other);
        Assert.Contains("optimizer.weight_decay", differs.Error);
        var (none, refused) = FakeScreen.Run(Study(data, runs.At("none"), "--with", data.Folder));
        Assert.Equal(2, none);
        Assert.Contains("--with", refused.Error);
        Assert.False(Directory.Exists(runs.At("none")));
    }

    [Fact]
    public void Compare_tells_intervals_and_pairs_and_what_is_missing()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        string[] where = ["--data", data.Folder, "--runs", runs.Path, "--epochs", "1", "--batch", "32", "--threads", "1"];
        var (trained, first) = FakeScreen.Run(["train", .. where, "--name", "a", "--seeds", "2", "--json"]);
        Assert.True(trained == 0, first.Error);
        Assert.Equal(2, JsonNode.Parse(first.OutputLines[^1])!["runs"]!.AsArray().Count);
        Assert.Equal(0, FakeScreen.Run(["fork", "a-s0@best", .. where, "--name", "b", "--learning-rate", "0.001"]).Code);
        Assert.Equal(0, FakeScreen.Run(["extend", "b", "--epochs", "+1", "--runs", runs.Path]).Code);
        var (missing, said) = FakeScreen.Run("compare", "a-s0", "b", "--runs", runs.Path);
        Assert.Equal(2, missing);
        Assert.Contains("weft eval", said.Error);

        foreach (var run in new[] { "a-s0", "a-s1", "b" })
            Assert.Equal(0, FakeScreen.Run("eval", run, "--runs", runs.Path, "--threads", "1", "--tta-shift", "1", "--tta").Code);
        Assert.Contains("each image in 18 views: mirrored and moved by up to 1 pixel",
            FakeScreen.Run("compare", "a-s0", "b", "--runs", runs.Path).Screen.Output);
        Assert.Equal(2, FakeScreen.Run("eval", "b", "--runs", runs.Path, "--tta-shift", "1", "--no-tta").Code);
        Assert.Equal(2, FakeScreen.Run("eval", "b", "--runs", runs.Path, "--tta-shift", "5").Code);
        Assert.Equal(0, FakeScreen.Run("eval", "b", "--runs", runs.Path, "--no-tta").Code);
        var mixed = FakeScreen.Run("compare", "a-s0", "b", "--runs", runs.Path).Screen.OutputLines;
        Assert.Contains(mixed, line => line.StartsWith("NOTE", StringComparison.Ordinal) && line.Contains("--tta-shift"));
        Assert.Contains(mixed, line => line.StartsWith("network", StringComparison.Ordinal) && line.Contains("views"));
        var (code, screen) = FakeScreen.Run("compare", "a-s0", "a-s1", "b", "--runs", runs.Path, "--svg", runs.At("chart.svg"));
        Assert.True(code == 0, screen.Error);
        Assert.Contains("McNemar", screen.Output);
        Assert.Contains("95 % interval", screen.Output);
        Assert.StartsWith("<svg", File.ReadAllText(runs.At("chart.svg")));
        Assert.Contains(screen.OutputLines, line => line.StartsWith("b ", StringComparison.Ordinal) && line.Contains('│'));
        System.Xml.Linq.XDocument.Load(runs.At("chart.svg"));
        var (_, json) = FakeScreen.Run("compare", "a-s0", "b", "--runs", runs.Path, "--json");
        Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(Assert.Single(json.OutputLines)).RootElement.GetProperty("pairs")[0]
            .GetProperty("mid_p").ValueKind);
    }

    [Fact]
    public void Lr_find_draws_and_suggests_and_leaves_nothing_behind()
    {
        using var data = new TinyData();
        using var folder = new TempFolder();
        var (code, screen) = FakeScreen.Run("lr-find", "--data", data.Folder, "--batch", "16", "--steps", "40", "--threads", "1");
        Assert.True(code == 0, screen.Error);
        Assert.Contains("suggestion", screen.Output);
        Assert.Contains("•", screen.Output);
        Assert.All(screen.OutputLines.Where(line => line.Contains('•')), line => Assert.True(line.Length <= 80, line));
        Assert.Equal(2, FakeScreen.Run("lr-find", "--data", data.Folder, "--from", "1", "--to", "0.1").Code);
    }

    [Fact]
    public void A_model_file_is_planned_and_trained()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        File.WriteAllText(runs.At("my-net.yaml"),
            "layers:\n  - conv2d: {name: conv1, output_channels: 4, kernel: 3, padding: 1}\n  - relu\n  - global_average_pool\n  - linear: classes\n");
        var (planned, plan) = FakeScreen.Run("plan", "--model", runs.At("my-net.yaml"), "--data", data.Folder, "--batch", "16", "--threads", "1");
        Assert.True(planned == 0, plan.Error);
        Assert.Contains("conv1", plan.Output);
        var (code, screen) = FakeScreen.Run(
            "train", "--model", runs.At("my-net.yaml"), "--data", data.Folder, "--epochs", "1", "--batch", "16", "--threads", "1", "--runs", runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.True(File.Exists(runs.At("my-net-1/model.yaml")));
        Assert.Equal(0, FakeScreen.Run("train", "--config", runs.At("my-net-1/config.yaml"), "--runs", runs.Path).Code);
        Assert.Equal(File.ReadAllBytes(runs.At("my-net-1/checkpoints/best.safetensors")), File.ReadAllBytes(runs.At("my-net-2/checkpoints/best.safetensors")));

        File.WriteAllText(runs.At("my-net.yaml"), "layers:\n  - conv2d: {output_channels: 4, kernel: 30}\n  - linear: classes\n");
        var (wrong, refused) = FakeScreen.Run("plan", "--model", runs.At("my-net.yaml"), "--data", data.Folder);
        Assert.Equal(2, wrong);
        Assert.Contains("my-net.yaml:2", refused.Error);
    }

    private static string[] Study(TinyData data, string runs, params string[] more) =>
    [
        "study", "--quick", "--data", data.Folder, "--runs", runs, "--threads", "1", "--batch", "16", "--epochs", "2",
        "--set", "model.width=0.125", "--set", "checkpoint.every_steps=1", .. more,
    ];

    private static string Numbers(string summary)
    {
        var rows = JsonNode.Parse(File.ReadAllText(summary))!.AsArray();
        foreach (var row in rows)
        {
            Assert.All(SummaryKeys, key => Assert.True(row!.AsObject().ContainsKey(key), key));
            row!.AsObject().Remove("train_seconds");
            row.AsObject().Remove("date");
        }

        return rows.ToJsonString();
    }
}
