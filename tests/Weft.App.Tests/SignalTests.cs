namespace Weft.App.Tests;

public class SignalTests
{
    private const string Train = "$WEFT train --data {0} --runs {1} --epochs 100000 --set training.batch_size=16 --threads 1 & pid=$!; "
        + "until [ -s {1}/small-1/metrics.csv ] && [ $(wc -l < {1}/small-1/metrics.csv) -gt 2 ]; do sleep 0.1; done; ";

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void The_first_signal_saves_and_prints_how_to_resume(string signal, int expected)
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, output, error) = WeftProcess.Shell(string.Format(Train, data.Folder, runs.Path) + $"kill -{signal} $pid; wait $pid");
        Assert.True(code == expected, $"{code}\n{output}\n{error}");
        Assert.Contains("stopping after this step", output);
        Assert.Contains($"weft resume {runs.At("small-1")}", output);
        Assert.True(File.Exists(runs.At("small-1/checkpoints/last.safetensors")));
    }

    [Fact]
    public void A_run_that_another_process_trains_is_busy()
    {
        using var data = new TinyData();
        using var runs = new TempFolder();
        var (code, output, error) = WeftProcess.Shell(string.Format(Train, data.Folder, runs.Path) + $"$WEFT resume latest --runs {runs.Path}; code=$?; kill -KILL $pid; wait $pid; exit $code");
        Assert.True(code == 30, $"{code}\n{output}\n{error}");
        Assert.Contains("error[30 run-busy]: ", error);
    }
}
