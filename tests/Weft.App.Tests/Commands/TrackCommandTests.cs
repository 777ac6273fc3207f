using System.Text.Json;

namespace Weft.App.Tests;

public class TrackCommandTests
{
    [Fact]
    public void A_finished_run_is_handed_over_and_reported()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Train(data, place);
        var (code, screen) = FakeScreen.Run("track", "--to", "wandb,tensorboard", "--runs", place.Path, "--dir", place.At("out"), "--json");
        Assert.True(code == 0, screen.Error);
        using var json = JsonDocument.Parse(Assert.Single(screen.OutputLines));
        var targets = json.RootElement.GetProperty("targets").EnumerateArray().ToList();
        Assert.Equal(["wandb", "tensorboard"], targets.Select(target => target.GetProperty("to").GetString()));
        Assert.All(targets, target => Assert.True(target.GetProperty("complete").GetBoolean()));
        Assert.All(targets, target => Assert.Equal(File.ReadLines(place.At("small-1/events.jsonl")).Count(), target.GetProperty("events").GetInt32()));
        Assert.Contains("wandb sync ", screen.Error);
    }

    [Fact]
    public void A_live_hand_over_gives_the_files_that_one_afterwards_gives()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        var line = $"cd {place.Path} && WANDB_MODE=offline $WEFT train --data {data.Folder} --epochs 3 --set training.batch_size=16 --track wandb,tensorboard "
            + "--json && mv wandb tensorboard runs "
            + "&& WANDB_MODE=offline exec $WEFT track --to wandb,tensorboard --quiet";
        var (code, output, error) = WeftProcess.Shell(line);
        Assert.True(code == 0, error);
        using var json = JsonDocument.Parse(output.Trim());
        Assert.All(json.RootElement.GetProperty("tracking").EnumerateArray(), target => Assert.True(target.GetProperty("complete").GetBoolean()));
        var files = Directory.GetFiles(place.At("wandb"), "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(place.At("tensorboard"), "*", SearchOption.AllDirectories)).ToList();
        Assert.True(files.Count > 10);
        Assert.All(files, file =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(place.At("runs"), Path.GetRelativePath(place.Path, file))), File.ReadAllBytes(file)));
    }

    [Fact]
    public void A_second_hand_over_is_exit_2_and_continue_is_fine()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Train(data, place);
        string[] line = ["track", "--to", "tensorboard", "--runs", place.Path, "--dir", place.At("out")];
        Assert.Equal(0, FakeScreen.Run(line).Code);
        var (code, screen) = FakeScreen.Run(line);
        Assert.Equal(2, code);
        Assert.Contains("--continue", screen.Error);
        Assert.Equal(0, FakeScreen.Run([.. line, "--continue"]).Code);
    }

    [Fact]
    public void A_finished_run_that_was_resumed_again_is_still_a_success()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Train(data, place);
        Assert.Equal(0, FakeScreen.Run("resume", "--runs", place.Path).Code);
        var (code, screen) = FakeScreen.Run("runs", "show", "--runs", place.Path);
        Assert.Equal(0, code);
        Assert.DoesNotContain("unfinished", screen.Output);
    }

    [Theory]
    [InlineData("track --to wandbb", 2, "did you mean 'wandb'")]
    [InlineData("track nobody --to wandb", 2, "there is no run")]
    [InlineData("track --to mlflow", 2, "no MLflow server is named")]
    [InlineData("track", 2, "--to")]
    [InlineData("train --track neptune", 2, "there is no tracker 'neptune'")]
    [InlineData("MLFLOW_TRACKING_URI=http://127.0.0.1:9 train --track wandb,mlflow,wandbb", 2, "wandbb")]
    [InlineData("WANDB_MODE=online track --to wandb", 2, "there is no key for api.wandb.ai")]
    [InlineData("WANDB_MODE=online WANDB_API_KEY=tooshort track --to wandb", 2, "cannot be a key")]
    [InlineData("WANDB_MODE=sometimes track --to wandb", 2, "WANDB_MODE")]
    [InlineData("WANDB_DIR=/proc/nowhere track --to wandb", 41, "cannot be written")]
    public void Nonsense_is_told_with_its_exit_code(string line, int exit, string said)
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Train(data, place);
        var words = line.Split(' ');
        var variables = string.Join(' ', words.TakeWhile(word => word.Contains('=')));
        var (code, output, error) = WeftProcess.Shell(
            $"cd {place.Path} && HOME={place.Path} NETRC= {variables} exec $WEFT {string.Join(' ', words.SkipWhile(word => word.Contains('=')))} --runs "
                + $"{place.Path}");
        Assert.Equal(exit, code);
        Assert.StartsWith($"error[{exit} ", error);
        Assert.Contains(said, error);
        Assert.DoesNotContain("tooshort", output + error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void Damaged_events_are_exit_32_and_the_rest_is_handed_over()
    {
        using var data = new TinyData();
        using var place = new TempFolder();
        Train(data, place);
        var lines = File.ReadAllLines(place.At("small-1/events.jsonl"));
        lines[3] = lines[3][..10];
        File.WriteAllLines(place.At("small-1/events.jsonl"), lines);
        var (code, screen) = FakeScreen.Run("track", "--to", "tensorboard", "--runs", place.Path, "--dir", place.At("out"));
        Assert.Equal(32, code);
        Assert.StartsWith("error[32 store-damaged]: 1 of the run's events", screen.Error);
        Assert.Contains("line 4", screen.Error);
        Assert.Single(Directory.GetFiles(place.At("out"), "*tfevents*", SearchOption.AllDirectories));
    }

    private static void Train(TinyData data, TempFolder runs)
    {
        var (code, screen) = FakeScreen.Run(
            "train", "--data", data.Folder, "--epochs", "2", "--set", "training.batch_size=16", "--threads", "2", "--runs", runs.Path);
        Assert.True(code == 0, screen.Error);
    }
}
