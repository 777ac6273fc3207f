using System.Text.Json;
using Weft.Training;

namespace Weft.Interchange.Tests;

public sealed class WandbOnlineTests : TrackedRunTests
{
    private readonly WandbStub _stub = new();

    [Fact]
    public void Every_value_arrives_once_and_in_order()
    {
        using var server = Serve();
        var run = Run(3);
        var report = RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false);
        Assert.True(report.IsComplete);
        Assert.Matches("/team/weft/runs/[0-9a-z]{8}$", report.Where);
        RequireAll(3);
        Assert.True(_stub.IsComplete);
        Assert.Equal(0, _stub.ExitCode);
    }

    [Fact]
    public void Configuration_and_metrics_are_told_as_the_server_wants_them()
    {
        using var server = Serve();
        RunTracking.HandOver(Run(1).Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false);
        Assert.Equal(1, _stub.Configuration.GetProperty("training").GetProperty("value").GetProperty("epochs").GetInt32());
        var own = _stub.Configuration.GetProperty("_wandb").GetProperty("value");
        Assert.Equal("weft 0.1.0", own.GetProperty("t").GetProperty("5").GetString());
        var metrics = own.GetProperty("m").EnumerateArray().ToList();
        var accuracy = metrics.Single(metric => metric.GetProperty("1").GetString() == "validation/accuracy");
        Assert.Equal("epoch", metrics[accuracy.GetProperty("5").GetInt32() - 1].GetProperty("1").GetString());
        Assert.Equal([1, 3], accuracy.GetProperty("6").EnumerateArray().Select(number => number.GetInt32()));
        Assert.Equal([2, 5], accuracy.GetProperty("7").EnumerateArray().Select(number => number.GetInt32()));
        Assert.Equal("wandb/confusion_matrix/v1", own.GetProperty("visualize").GetProperty("confusion_matrix")
            .GetProperty("panel_config").GetProperty("panelDefId").GetString());
    }

    [Fact]
    public void Files_are_uploaded_and_reported()
    {
        using var server = Serve();
        RunTracking.HandOver(Run(2).Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false);
        Assert.Equal(_stub.Files.Keys.Order(), _stub.Uploaded.Order());
        Assert.Contains("weft/config.yaml", _stub.Uploaded);
        Assert.Contains("output.log", _stub.Uploaded);
        var history = _stub.Lines["wandb-history.jsonl"].Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(history[^1].GetProperty("confusion_matrix_table").GetProperty("path").GetString()!, _stub.Uploaded);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Every_value_arrives_once_and_in_order_from_a_live_run_although_the_server_fails_half_the_time(int seed)
    {
        using var server = Serve(RandomFaults(seed));
        Assert.Null(Follow(6, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server)).Problem);
        RequireAll(6);
        Assert.True(_stub.IsComplete);
    }

    [Fact]
    public void A_conflict_while_the_run_is_made_is_tried_again()
    {
        var conflicts = 3;
        using var server = new StubServer(
            request => request.Text.Contains("UpsertBucket") && conflicts-- > 0 ? new StubAnswer(409, "{}") : _stub.Answer(request));
        _stub.Host = () => server.Url;
        RunTracking.HandOver(Run(2).Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false);
        RequireAll(2);
    }

    [Fact]
    public void A_conflict_over_lines_ends_the_stream_and_going_on_sends_the_rest_once()
    {
        var streams = 0;
        using var server = new StubServer(
            request => request.Path.EndsWith("/file_stream", StringComparison.Ordinal) && ++streams == 2 ? new StubAnswer(409, "{}") : _stub.Answer(request));
        _stub.Host = () => server.Url;
        var run = new FakeRun(Folder.In("runs"));
        var options = Options.Wandb(Folder.Path, server);
        using (var live = LiveTracking.Start(run.Folder, [TrackingTarget.Wandb], options, goOn: false))
        {
            foreach (var chunk in FakeRun.Training(4).Chunk(6))
            {
                run.Append(chunk);
                Thread.Sleep(60);
            }

            var report = Assert.Single(live.Finish());
            Assert.False(report.IsComplete);
            Assert.Equal(ErrorKind.IoError, report.Problem!.Kind);
        }

        Assert.True(RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: true).IsComplete);
        RequireAll(4);
        Assert.True(_stub.IsComplete);
    }

    [Fact]
    public void Going_on_after_the_end_sends_no_line_again()
    {
        using var server = Serve();
        var run = Run(2);
        var options = Options.Wandb(Folder.Path, server);
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: false);
        var before = _stub.Lines.ToDictionary(file => file.Key, file => file.Value.Count);
        var again = Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: false));
        Assert.Equal(ErrorKind.InvalidInput, again.Kind);
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: true);
        Assert.Equal(before, _stub.Lines.ToDictionary(file => file.Key, file => file.Value.Count));
        RequireAll(2);
    }

    [Fact]
    public void A_resumed_run_goes_on_where_the_server_has_it()
    {
        using var server = Serve();
        var run = new FakeRun(Folder.In("runs"));
        var options = Options.Wandb(Folder.Path, server);
        run.Append(FakeRun.Training(2, StopReasons.Interrupted));
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: false);
        Assert.Equal(130, _stub.ExitCode);
        run.Append(FakeRun.Training(4, firstEpoch: 3, fromSecond: 100));
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: true);
        RequireAll(4);
        Assert.Equal(0, _stub.ExitCode);
    }

    [Fact]
    public void A_lost_state_file_makes_no_doubles_as_the_server_counts_too()
    {
        using var server = Serve();
        var run = Run(3);
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false);
        Directory.Delete(Folder.In("runs", ".tracking"), recursive: true);
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: true);
        RequireAll(3);
    }

    [Fact]
    public void A_server_that_claims_lines_it_cannot_have_is_told()
    {
        using var server = new StubServer(request => request.Text.Contains("RunLineCounts")
            ? new StubAnswer(200, "{\"data\":{\"model\":{\"bucket\":{\"historyLineCount\":999999,\"wandbConfig\":\"{\\\"t\\\":1}\"}}}}")
                : _stub.Answer(request));
        _stub.Host = () => server.Url;
        var refused = Assert.Throws<WeftException>(
            () => RunTracking.HandOver(Run(2).Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: false));
        Assert.Equal(ErrorKind.IoError, refused.Kind);
        Assert.Contains("more lines", refused.What);
    }

    [Fact]
    public void A_wrong_key_is_told_and_no_file_and_no_message_holds_a_key()
    {
        using var server = Serve();
        var wrong = "local-" + new string('z', 40);
        var options = Options.For(Folder.Path, ("WANDB_MODE", "online"), ("WANDB_BASE_URL", server.Url), ("WANDB_API_KEY", wrong));
        var refused = Assert.Throws<WeftException>(() => RunTracking.HandOver(Run(1).Reader, TrackingTarget.Wandb, options, goOn: false));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Contains("refuses the key", refused.What);
        Assert.DoesNotContain(wrong, refused.ToString() + refused.Found + refused.Where + refused.Next);
        RunTracking.HandOver(new RunReader(new RunFolder(Folder.In("runs", "cnn4-1"))), TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: true);
        Assert.All(Directory.GetFiles(Folder.Path, "*", SearchOption.AllDirectories), file =>
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotContain(WandbStub.Key, text);
            Assert.DoesNotContain(wrong, text);
        });
    }

    [Fact]
    public void A_missing_key_is_told_before_anything_is_touched()
    {
        var options = Options.For(Folder.Path, ("WANDB_MODE", "online"));
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => RunTracking.Check([TrackingTarget.Wandb], options)).Kind);
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Path));
    }

    [Fact]
    public void The_key_may_stand_in_netrc()
    {
        using var server = Serve();
        File.WriteAllText(Folder.In(".netrc"),
            $"machine other login x password no\nmachine {new Uri(server.Url).Authority} login user password {WandbStub.Key}\n");
        var options = Options.For(Folder.Path, ("WANDB_MODE", "online"), ("WANDB_BASE_URL", server.Url)) with { HomeFolder = Folder.Path };
        RunTracking.HandOver(Run(1).Reader, TrackingTarget.Wandb, options, goOn: false);
        RequireAll(1);
    }

    [Fact]
    public void An_unreachable_host_is_told_and_nothing_is_lost()
    {
        var options = Options.For(Folder.Path, ("WANDB_MODE", "online"), ("WANDB_BASE_URL", "http://127.0.0.1:9"), ("WANDB_API_KEY", WandbStub.Key));
        var run = Run(2);
        var refused = Assert.Throws<WeftException>(() => RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, options, goOn: false));
        Assert.Equal(ErrorKind.IoError, refused.Kind);
        Assert.Contains("--continue", Assert.IsType<Advice>(refused.Next).Text);
        using var server = Serve();
        RunTracking.HandOver(run.Reader, TrackingTarget.Wandb, Options.Wandb(Folder.Path, server), goOn: true);
        RequireAll(2);
    }

    private StubServer Serve(Func<StubRequest, Fault>? fault = null)
    {
        var server = new StubServer(_stub.Answer, fault);
        _stub.Host = () => server.Url;
        return server;
    }

    private void RequireAll(int epochs)
    {
        Assert.Empty(_stub.Breaches);
        var history = _stub.Lines["wandb-history.jsonl"].Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(1, 2 * epochs).Select(i => 10L * i), history.Where(row => row.TryGetProperty("step/loss", out _))
            .Select(row => row.GetProperty("step").GetInt64()));
        Assert.Equal(Enumerable.Range(1, epochs), history.Where(row => row.TryGetProperty("validation/loss", out _))
            .Select(row => row.GetProperty("epoch").GetInt32()));
        var steps = history.Select(row => row.GetProperty("_step").GetInt64()).ToList();
        Assert.Equal(steps.Order().Distinct(), steps);
        Assert.Equal(epochs, _stub.Lines["wandb-events.jsonl"].Count);
        Assert.Equal(epochs, _stub.Lines["output.log"].Count(line => line.Contains(" epoch ")));
        Assert.Equal(0.6 + 0.001 * epochs, JsonDocument.Parse(_stub.Summary).RootElement.GetProperty("validation/accuracy").GetProperty("max").GetDouble(), 9);
    }
}
