namespace Weft.App.Tests;

public class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void The_first_signal_saves_and_prints_how_to_resume(string signal, int expected)
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        using var training = Train(data, runs);
        training.Send(signal);
        var (code, output, error) = training.End();
        Assert.True(code == expected, $"{code}\n{output}\n{error}");
        Assert.Contains("stopping after this step", output);
        Assert.Matches("next +weft resume .*small-1\n", output);
        Assert.True(File.Exists(runs.At("small-1/checkpoints/last.safetensors")));
    }

    [Fact]
    public void A_verb_that_trains_no_run_ends_with_the_code_of_the_signal()
    {
        using var place = new TempFolder();
        using var bench = new WeftProcess($"exec $WEFT bench infer --batch 4 --threads 1 --seconds 3600 > {place.At("said")}");
        bench.WaitUntil(() => File.Exists(place.At("said")) && File.ReadAllText(place.At("said")).Contains("batch 4"));
        bench.Send("TERM");
        var (code, _, error) = bench.End();
        Assert.Equal((143, ""), (code, error));
    }

    [Fact]
    public void A_hangup_that_the_caller_ignores_ends_nothing()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        using var training = Train(data, runs, before: "trap '' HUP; "); // what nohup does
        training.Send("HUP");
        var before = Epochs(runs);
        training.WaitUntil(() => Epochs(runs) > before + 2);
    }

    [Fact]
    public void A_run_that_another_process_trains_is_busy()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        using var training = Train(data, runs);
        var (code, screen) = FakeScreen.Run("resume", "latest", "--runs", runs.Path);
        Assert.Equal(30, code);
        Assert.StartsWith("error[30 run-busy]: ", screen.Error);
    }

    [Fact]
    public void After_a_kill_the_run_can_be_watched_to_its_end_and_resumed()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        using (var training = Train(data, runs))
        {
            training.Send("KILL");
            training.End();
        }
        var (code, screen) = FakeScreen.Run("runs", "watch", "--runs", runs.Path);
        Assert.Equal(0, code);
        Assert.Contains($"weft resume {runs.At("small-1")}", screen.Output);
        using var resumed = new WeftProcess($"exec $WEFT resume --runs {runs.Path}");
        var before = Epochs(runs);
        resumed.WaitUntil(() => Epochs(runs) > before + 1);
        resumed.Send("INT");
        Assert.Equal(130, resumed.End().Code);
    }

    private static WeftProcess Train(TinyData data, TempFolder runs, string before = "")
    {
        var training = new WeftProcess(
            $"{before}exec $WEFT train --data {data.Folder} --runs {runs.Path} --epochs 100000 --set training.batch_size=16 --threads 1");
        training.WaitUntil(() => Epochs(runs) > 1);
        return training;
    }

    private static int Epochs(TempFolder runs) => File.Exists(runs.At("small-1/metrics.csv")) ? File.ReadLines(runs.At("small-1/metrics.csv")).Count() - 1 : 0;
}
