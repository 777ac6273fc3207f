using Weft.Training;

namespace Weft.App.Tests;

public class RunsWatchCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_finished_run_is_shown_whole_and_left()
    {
        using var folder = new TempFolder();
        Make(folder.Path, "one").EpochsUpTo(9, 100).Stop().Write();
        var (code, screen) = FakeScreen.Run("runs", "watch", "one", "--runs", folder.Path);
        Assert.Equal(0, code);
        Assert.Equal(9, screen.OutputLines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)));
        Assert.Equal("completed: all epochs are done", screen.OutputLines[^1]);
    }

    [Fact]
    public void On_a_terminal_the_curves_stay_when_the_run_is_over()
    {
        using var folder = new TempFolder();
        Make(folder.Path, "one").EpochsUpTo(9, 100).Stop().Write();
        var screen = new FakeScreen(100, terminal: true);
        Assert.Equal(0, (int)App.Run(["runs", "watch", "one", "--runs", folder.Path], screen.Screen));
        var lines = TerminalEmulator.Show(screen.Output, 100);
        Assert.Equal("one: not being trained now", lines[0]);
        Assert.Equal(5, lines.Count(line => System.Text.RegularExpressions.Regex.IsMatch(line, @"^ +[5-9]  "))); // the last rows; the curves have all
        Assert.Contains(lines, line =>
            line.StartsWith("loss  ┄ train 0.", StringComparison.Ordinal) && line.Contains("accuracy  ┄ train ", StringComparison.Ordinal));
        Assert.Equal("completed: all epochs are done", lines[^1]);
        Assert.EndsWith("\e[?25h", screen.Output[..(screen.Output.IndexOf("\e[?25h", StringComparison.Ordinal) + 6)]);
    }

    [Fact]
    public async Task What_another_process_writes_is_followed_to_its_end()
    {
        using var folder = new TempFolder();
        var run = Make(folder.Path, "one").EpochsUpTo(2, 100).Write();
        var training = run.Train();
        var screen = new FakeScreen();
        var watching = Task.Run(() => (int)App.Run(["runs", "watch", "one", "--runs", folder.Path], screen.Screen));
        Assert.True(SpinWait.SpinUntil(() => screen.Output.Contains("epoch 2/") || watching.IsCompleted, Patience));
        run.EpochsUpTo(3, 100).Write();
        Assert.True(SpinWait.SpinUntil(() => screen.Output.Contains("epoch 3/") || watching.IsCompleted, Patience));
        Assert.False(watching.IsCompleted);
        run.EpochsUpTo(4, 100).Write();
        training.Dispose(); // gone without a word
        Assert.Equal(0, await watching.WaitAsync(Patience));
        Assert.Contains("epoch 4/", screen.Output);
        Assert.Contains("gone without a word", screen.OutputLines[^1]);
    }

    [Fact]
    public void A_line_that_is_damaged_is_counted()
    {
        using var folder = new TempFolder();
        var run = Make(folder.Path, "one").EpochsUpTo(2, 100).Write();
        File.AppendAllText(run.Folder.EventsFile, "garbage\n");
        var (code, screen) = FakeScreen.Run("runs", "watch", "one", "--runs", folder.Path);
        Assert.Equal(0, code);
        Assert.Contains("1 of its events cannot be read", screen.Output);
    }

    // The command reads the configuration too, as a training would have written it.
    private static SyntheticRun Make(string runs, string name)
    {
        var run = new SyntheticRun(runs, name, epochs: 9);
        File.WriteAllText(run.Folder.ConfigurationFile, ConfigurationResolver.Resolve(new ConfigurationSources()).ToYaml());
        return run;
    }
}
