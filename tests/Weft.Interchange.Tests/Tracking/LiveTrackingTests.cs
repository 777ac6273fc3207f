using Weft.Training;

namespace Weft.Interchange.Tests;

public sealed class LiveTrackingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_server_that_never_answers_holds_nobody_up_and_gets_everything_later()
    {
        var stub = new WandbStub();
        var isAway = true;
        using var server = new StubServer(stub.Answer, _ => isAway ? Fault.Hang : Fault.None);
        stub.Host = () => server.Url;
        var options = Options.Wandb(_folder.Path, server) with { Grace = TimeSpan.FromMilliseconds(300) };
        var run = new FakeRun(_folder.In("runs"));
        var notices = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using (var live = LiveTracking.Start(run.Folder, [TrackingTarget.Wandb, TrackingTarget.TensorBoard], options, goOn: false, notices.Enqueue))
        {
            run.Append(FakeRun.Training(3));
            // A busy machine takes its time to notice.
            Assert.True(SpinWait.SpinUntil(() => !notices.IsEmpty, TimeSpan.FromSeconds(30)));
            var reports = live.Finish(); // it ends: the server never answers
            Assert.False(reports[0].IsComplete);
            Assert.Equal(new HandOverRun(run.Folder, "wandb"), reports[0].Problem!.Next);
            Assert.True(reports[1].IsComplete); // one target's trouble is not another's
        }

        Assert.Contains(notices, notice => notice.StartsWith("wandb: 127.0.0.1 does not take it now", StringComparison.Ordinal));
        isAway = false;
        Assert.True(RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: true).IsComplete);
        Assert.Empty(stub.Breaches);
        Assert.Equal(6 + 3 + 1, stub.Lines["wandb-history.jsonl"].Count);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_ends_the_tracking_and_not_the_training()
    {
        File.WriteAllText(_folder.In("tensorboard"), "a file where the folder should be");
        var run = new FakeRun(_folder.In("runs"));
        using var live = LiveTracking.Start(run.Folder, [TrackingTarget.TensorBoard], Options.For(_folder.Path), goOn: false);
        run.Append(FakeRun.Training(2));
        var report = Assert.Single(live.Finish());
        Assert.Equal(ErrorKind.IoError, report.Problem!.Kind);
        Assert.Equal(ErrorKind.IoError,
            Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: false)).Kind);
        File.Delete(_folder.In("tensorboard"));
        Assert.True(RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: true).IsComplete);
    }

    [Fact]
    public void A_damaged_line_is_named_and_everything_else_is_handed_over()
    {
        var events = FakeRun.Training(2).ToList();
        var run = new FakeRun(_folder.In("runs"));
        run.Append(events[..5]);
        run.AppendText("{\"type\":\"step\",\"epo\0\0\0\n");
        run.AppendText("{\"type\":\"of_next_year\",\"v\":1}\n");
        run.Append(events[5..]);
        var report = RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: false);
        Assert.Equal(events.Count, report.Events);
        Assert.False(report.IsComplete);
        Assert.Equal(ErrorKind.StoreDamaged, report.Problem!.Kind);
        Assert.Contains("line 6", report.Problem.Where);
    }

    [Fact]
    public void A_newer_versions_event_is_refused()
    {
        var run = new FakeRun(_folder.In("runs"));
        run.Append(FakeRun.Training(1, reason: null));
        run.AppendText("{\"type\":\"step\",\"v\":2}\n");
        Assert.Equal(ErrorKind.NewerFormat,
            Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: false)).Kind);
    }

    [Fact]
    public void A_run_that_another_process_trains_is_handed_over_up_to_now_and_goes_on_later()
    {
        var events = FakeRun.Training(3).ToList();
        var run = new FakeRun(_folder.In("runs"));
        using (run.Own())
        {
            run.Append(events[..9]);
            var now = RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: false);
            Assert.Equal((9, false), (now.Events, now.IsComplete));
            Assert.Null(now.Problem);
            run.Append(events[9..]);
        }

        Assert.True(RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: true).IsComplete);
    }

    [Theory, InlineData("wandb,tensorboard", 2), InlineData("MLflow, mlflow", 1)]
    public void Targets_are_read_from_a_list(string text, int count) => Assert.Equal(count, TrackingTargets.Parse(text, "--to").Count);

    [Theory, InlineData("wandbb"), InlineData(""), InlineData("wandb,neptune")]
    public void Unknown_targets_are_refused(string text) =>
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => TrackingTargets.Parse(text, "--to")).Kind);
}
