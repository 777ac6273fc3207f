using System.Text.Json;

namespace Weft.App.Tests;

public class TrainCommandTests
{
    private static readonly string[] Keys =
    [
        "run", "model", "seed", "epochs", "steps", "best_epoch", "validation_accuracy", "validation_loss", "train_seconds", "images_per_second", "stop_reason",
    ];

    [Fact]
    public void Train_writes_a_run_and_reports_the_contracts_keys()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, screen) = Train(data, runs, "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.All(Keys, key => Assert.True(json.RootElement.TryGetProperty(key, out _), key));
        Assert.Equal((2, "completed"), (json.RootElement.GetProperty("epochs").GetInt32(), json.RootElement.GetProperty("stop_reason").GetString()));
        var run = json.RootElement.GetProperty("run").GetString()!;
        Assert.All(["config.yaml", "run.json", "events.jsonl", "metrics.csv", "checkpoints/best.safetensors", "checkpoints/last.safetensors"], file =>
            Assert.True(File.Exists(Path.Combine(run, file)), file));
    }

    [Fact]
    public void Without_a_terminal_there_is_a_line_an_epoch_and_an_end_block()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, screen) = Train(data, runs);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(2, screen.OutputLines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.Contains("completed: ", screen.Output);
        Assert.Contains("validation accuracy", screen.Output);
        Assert.Contains($"weft eval {runs.At("small-1")} --split test", screen.Output);
    }

    [Fact]
    public void The_runs_own_configuration_trains_the_same_weights()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        var (code, screen) = FakeScreen.Run("train", "--config", runs.At("small-1/config.yaml"), "--runs", runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Equal(File.ReadAllBytes(runs.At("small-1/checkpoints/best.safetensors")), File.ReadAllBytes(runs.At("small-2/checkpoints/best.safetensors")));
    }

    [Fact]
    public void A_class_without_validation_images_is_named_and_has_no_recall()
    {
        using var data = new TinyData(train: 120, label: i => i == 7 ? 2 : i % 2);
        using var runs = new TempFolder();
        var (code, screen) = Train(data, runs);
        Assert.True(code == 0, screen.Error);
        const string Note = "1 of 3 classes has no validation image: 2 (not measured by the validation accuracy; a class with one image keeps it for training)";
        Assert.Contains($"warning[classes]: {Note}", screen.Output);
        Assert.Contains($"            note: {Note}", screen.Output);
        (code, screen) = FakeScreen.Run("eval", "latest", "--runs", runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Contains("note: 1 of 3 classes has no validation image: 2 (not measured by the accuracy)", screen.Output);
        Assert.Matches(@"(?m)^2 +– +(–|0\.00 %)  –$", screen.Output);
        (code, screen) = FakeScreen.Run("analyze", "latest", "--runs", runs.Path, "--cases", "0");
        Assert.True(code == 0, screen.Error);
        Assert.Contains("1 of 3 classes has no validation image: 2 (not measured by the accuracy).", screen.Output);
        Assert.Contains("2,,,", File.ReadAllText(runs.At("small-1/analysis/validation/confusion_normalized.csv")));
        (code, screen) = FakeScreen.Run("report", "latest", "--runs", runs.Path, "--out", runs.At("report.html"));
        Assert.True(code == 0, screen.Error);
        Assert.Matches(@"<th scope=""row"">2</th><td>–</td>", File.ReadAllText(runs.At("report.html")));
    }

    [Theory]
    [InlineData("--limit-train 2", "data.limit_train", "--limit-train 3")]
    [InlineData("--limit-validation 1", "data.limit_validation", "--limit-validation 3")]
    public void A_limit_below_the_number_of_classes_is_refused_and_its_advice_trains(string limit, string key, string advice)
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, screen) = Train(data, runs, limit.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(key, screen.Error);
        var command = $"weft train --data {data.Folder} {advice}";
        Assert.Contains(command, screen.Error);
        Assert.Empty(Directory.GetDirectories(runs.Path));
        (code, screen) = FakeScreen.Run([.. command.Split(' ')[1..], "--epochs", "1", "--runs", runs.Path]);
        Assert.True(code == 0, screen.Error);
    }

    [Fact]
    public void The_best_of_unequal_sets_is_refused_and_the_list_says_that_they_cannot_be_compared()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        Assert.DoesNotContain("different sets", FakeScreen.Run("runs", "--runs", runs.Path).Screen.Output);
        Assert.Equal(0, Train(data, runs, "--limit-validation", "3").Code);
        Assert.Contains(
            "validated on 2 different sets of images, so their accuracies cannot be compared", FakeScreen.Run("runs", "--runs", runs.Path).Screen.Output);
        var (code, screen) = FakeScreen.Run("eval", "best", "--runs", runs.Path);
        Assert.Equal(2, code);
        var advice = Assert.Single(screen.Error.Split('\n'), line => line.TrimStart().StartsWith("do ", StringComparison.Ordinal)).Trim()[2..].Trim();
        Assert.Equal($"weft eval {runs.At("small-1")}", advice);
        (code, screen) = FakeScreen.Run(advice.Split(' ')[1..]);
        Assert.True(code == 0, screen.Error);
    }

    [Fact]
    public void Eval_on_the_test_split_reports_the_contracts_keys_and_is_noted()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        Assert.False(File.Exists(runs.At("test_ledger.jsonl")), "training must not open the test images");
        var (code, screen) = FakeScreen.Run("eval", "latest", "--split", "test", "--runs", runs.Path, "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.All(["run", "checkpoint", "split", "count", "correct", "accuracy", "accuracy_low", "accuracy_high", "loss"], key =>
            Assert.True(json.RootElement.TryGetProperty(key, out _), key));
        Assert.Equal(30, json.RootElement.GetProperty("count").GetInt32());
        Assert.Single(File.ReadAllLines(runs.At("test_ledger.jsonl")));
        Assert.True(File.Exists(runs.At("small-1/eval/test/predictions.csv")));
    }

    [Fact]
    public void Runs_lists_shows_and_watches_a_finished_run()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        foreach (var verb in new[] { "", "show", "watch" })
        {
            var (code, screen) = FakeScreen.Run(["runs", .. verb is "" ? [] : new[] { verb }, "--runs", runs.Path]);
            Assert.True(code == 0, screen.Error);
            Assert.Contains("small-1", screen.Output);
            Assert.Contains("completed", screen.Output);
        }
    }

    [Fact]
    public void A_finished_run_resumed_says_so_and_changes_nothing()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        var before = File.ReadAllBytes(runs.At("small-1/checkpoints/last.safetensors"));
        var (code, screen) = FakeScreen.Run("resume", "--runs", runs.Path);
        Assert.True(code == 0, screen.Error);
        Assert.Contains("completed: ", screen.Output);
        Assert.Equal(before, File.ReadAllBytes(runs.At("small-1/checkpoints/last.safetensors")));
    }

    [Theory]
    [InlineData("--epochs 0")]
    [InlineData("--epochs -5")]
    [InlineData("--model cnn55")]
    [InlineData("--recipe cnn7")]
    [InlineData("--set optimizer.learning_rate=1e9")]
    [InlineData("--set no.such.key=1")]
    [InlineData("--limit-train 0")]
    [InlineData("--threads 0")]
    [InlineData("--seed x")]
    [InlineData("--name ../outside")]
    [InlineData("--config no-such-file.yaml")]
    [InlineData("--data fashion")]
    public void Nonsense_is_exit_2_and_leaves_nothing_behind(string options)
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        string[] arguments = ["train", "--runs", runs.At("runs"), .. options.Contains("--data") ? []
            : new[] { "--data", data.Folder, "--set", "training.batch_size=16" }, .. options.Split(' ')];
        var (code, screen) = FakeScreen.Run(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("error[2 usage]: ", screen.Error);
        Assert.False(Directory.Exists(runs.At("runs")) && Directory.EnumerateFileSystemEntries(runs.At("runs")).Any(), "something was left behind");
    }

    [Fact]
    public void A_folder_that_cannot_hold_runs_is_exit_41_and_names_it()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        File.WriteAllText(runs.At("file"), "in the way");
        var (code, screen) = Train(data, runs, "--runs", runs.At("file"));
        Assert.Equal(41, code);
        Assert.StartsWith("error[41 io-error]: ", screen.Error);
        Assert.Contains(runs.At("file"), screen.Error);
    }

    [Fact]
    public void A_damaged_checkpoint_is_not_resumed_from_silently()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        foreach (var path in Directory.GetFiles(runs.At("small-1/checkpoints")))
        {
            var bytes = File.ReadAllBytes(path);
            bytes[^20] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
        var (code, screen) = FakeScreen.Run("resume", "--runs", runs.Path);
        Assert.Equal(22, code);
        Assert.StartsWith("error[22 no-valid-checkpoint]: ", screen.Error);
    }

    [Fact]
    public void Other_data_than_the_runs_is_exit_13()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs).Code);
        var labels = Path.Combine(data.Folder, "train-labels-idx1-ubyte");
        var bytes = File.ReadAllBytes(labels);
        (bytes[8], bytes[9]) = (bytes[9], bytes[8]);
        File.WriteAllBytes(labels, bytes);
        var (code, screen) = FakeScreen.Run("eval", "latest", "--runs", runs.Path);
        Assert.Equal(13, code);
        Assert.StartsWith("error[13 fingerprint-mismatch]: ", screen.Error);
    }

    [Fact]
    public void Seeds_of_which_one_fails_are_all_there_and_the_command_goes_on_when_repeated()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        Assert.Equal(0, Train(data, runs, "--name", "x", "--seeds", "3").Code);
        var untouched = File.ReadAllBytes(runs.At("x-s2/checkpoints/best.safetensors"));
        foreach (var path in Directory.GetFiles(runs.At("x-s0/checkpoints"))) // one that nobody can go on with
            File.WriteAllText(path, "damaged");
        Directory.Delete(runs.At("x-s1"), recursive: true); // one that a kill left out

        var (code, screen) = Train(data, runs, "--name", "x", "--seeds", "3", "--json");
        Assert.Equal(22, code);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        var all = json.RootElement.GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal([0, 1, 2], all.Select(one => one.GetProperty("seed").GetInt32()));
        Assert.Equal(22, all[0].GetProperty("error").GetProperty("code").GetInt32());
        Assert.All(all.Skip(1), one => Assert.All(Keys, key => Assert.True(one.TryGetProperty(key, out _), key)));
        Assert.Equal(2, json.RootElement.GetProperty("seeds").GetInt32());
        Assert.Equal(untouched, File.ReadAllBytes(runs.At("x-s2/checkpoints/best.safetensors")));

        var (other, refused) = Train(data, runs, "--name", "x", "--seeds", "3", "--learning-rate", "0.001");
        Assert.True(other is 2 or 23, refused.Error);
        Directory.Delete(runs.At("x-s0"), recursive: true);
        (other, refused) = Train(data, runs, "--name", "x", "--seeds", "4", "--learning-rate", "0.001");
        Assert.Equal(2, other);
        Assert.Contains("optimizer.learning_rate", refused.Error);
        Assert.False(Directory.Exists(runs.At("x-s0")), "a seed was trained although another one was made otherwise");
    }

    [Fact]
    public void Seeds_of_which_one_diverges_are_trained_all_the_same()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, screen) = Train(
            data, runs, "--name", "x", "--seeds", "2", "--learning-rate", "90", "--optimizer", "sgd", "--set", "schedule.name=constant",
            "--set", "model.normalization=none", "--json");
        Assert.Equal(20, code);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        Assert.Equal([20, 20], json.RootElement.GetProperty("runs").EnumerateArray().Select(one => one.GetProperty("error").GetProperty("code").GetInt32()));
        Assert.True(File.Exists(runs.At("x-s1/run.json")));
        Directory.CreateDirectory(runs.At("y-s0"));
        File.WriteAllText(runs.At("y-s0/notes.txt"), "somebody's");
        Assert.Equal(2, Train(data, runs, "--name", "y", "--seeds", "2").Code);
        Assert.Equal("somebody's", File.ReadAllText(runs.At("y-s0/notes.txt")));
    }

    private static (int Code, FakeScreen Screen) Train(TinyData data, TempFolder runs, params string[] more)
    {
        string[] where = more.Contains("--runs") ? [] : ["--runs", runs.Path];
        return FakeScreen.Run(["train", "--data", data.Folder, "--epochs", "2", "--set", "training.batch_size=16", "--threads", "2", .. where, .. more]);
    }
}
