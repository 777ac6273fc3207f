namespace Weft.Training.Tests;

public class RunGlanceTests
{
    private static readonly RunStarted Started = new(1, "here", 2, 5, 100);

    [Fact]
    public void The_first_and_the_newest_events_are_read_without_those_between()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder,
            [Started, .. Enumerable.Range(1, 5000).Select(i => new StepDone(1, i, 1, 0.5, 0.1, 1000)), new RunStopped("completed", "done", 5, 5000)]);
        var glance = RunGlance.Of(run);
        Assert.Equal(Started, glance.First);
        Assert.Equal("done", glance.Stopped?.Detail);
        Assert.Equal([4998L, 4999, 5000], glance.Last.OfType<StepDone>().Select(step => step.Step));
        Assert.Equal(new FileInfo(run.EventsFile).Length, glance.Length);
    }

    [Fact]
    public void A_line_that_is_still_being_written_does_not_count()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, [Started, new StepDone(1, 10, 1, 0.5, 0.1, 1000)]);
        File.AppendAllText(run.EventsFile, RunEventLine.Write(new RunStopped("completed", "done", 5, 5000)));
        Assert.Null(RunGlance.Of(run).Stopped);
        File.AppendAllText(run.EventsFile, "\n");
        Assert.NotNull(RunGlance.Of(run).Stopped);
    }

    [Fact]
    public void Nothing_and_no_file_are_no_events()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, []);
        Assert.Empty(RunGlance.Of(run).Last);
        File.Delete(run.EventsFile);
        Assert.Equal((null, 0), (RunGlance.Of(run).First, RunGlance.Of(run).Length));
    }

    [Fact]
    public void A_last_event_longer_than_the_tail_hides_itself_only()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, [Started, new Warned("x", new string('a', 20_000), null)]);
        var glance = RunGlance.Of(run);
        Assert.Equal(Started, glance.First);
        Assert.Empty(glance.Last);
    }

    [Fact]
    public void A_newer_versions_run_is_refused()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, [Started]);
        File.AppendAllText(run.EventsFile, "{\"type\":\"epoch\",\"v\":2}\n");
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => RunGlance.Of(run)).Kind);
    }

    [Fact]
    public async Task Who_looks_whether_a_run_is_held_does_not_keep_others_from_taking_it()
    {
        using var folder = new TemporaryFolder();
        var run = Run(folder, [Started]);
        File.WriteAllText(run.LockFile, "");
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() => { while (!stop.IsCancellationRequested) { RunLock.IsHeld(run); Thread.SpinWait(2000); } });
        for (var i = 0; i < 300; i++)
            RunLock.Take(run).Dispose();
        await stop.CancelAsync();
        await looking;
    }

    private static RunFolder Run(TemporaryFolder folder, IEnumerable<RunEvent> events)
    {
        var run = new RunFolder(Path.Combine(folder.Path, "run"));
        Directory.CreateDirectory(run.Path);
        File.WriteAllText(run.EventsFile, string.Concat(events.Select(happened => RunEventLine.Write(happened) + "\n")));
        return run;
    }
}
