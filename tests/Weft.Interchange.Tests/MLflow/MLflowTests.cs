using Weft.Training;

namespace Weft.Interchange.Tests;

public sealed class MLflowTests : TrackedRunTests
{
    private readonly MLflowStub _stub = new();

    [Fact]
    public void Every_value_arrives_once_and_in_order()
    {
        using var server = new StubServer(_stub.Answer);
        Assert.True(RunTracking.HandOver(Run(3).Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false).IsComplete);
        RequireAll(3);
        Assert.Equal("FINISHED", _stub.Status);
        Assert.Equal("small", _stub.Parameters["model.name"]);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Every_value_arrives_once_and_in_order_from_a_live_run_although_the_server_fails_half_the_time(int seed)
    {
        using var server = new StubServer(_stub.Answer, RandomFaults(seed));
        Assert.Null(Follow(5, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server)).Problem);
        RequireAll(5);
        Assert.Equal("FINISHED", _stub.Status);
    }

    [Fact]
    public void More_than_a_thousand_values_go_in_several_batches()
    {
        using var server = new StubServer(_stub.Answer);
        RunTracking.HandOver(Run(120).Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        RequireAll(120);
        Assert.True(_stub.Metrics.Count > 1001);
    }

    [Fact]
    public void A_lost_state_file_makes_no_second_run_and_no_doubles()
    {
        using var server = new StubServer(_stub.Answer);
        var run = Run(3);
        RunTracking.HandOver(run.Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Directory.Delete(Folder.In("runs", ".tracking"), recursive: true);
        RunTracking.HandOver(run.Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: true);
        RequireAll(3);
    }

    [Fact]
    public void A_resumed_run_goes_on()
    {
        using var server = new StubServer(_stub.Answer);
        var run = new FakeRun(Folder.In("runs"));
        run.Append(FakeRun.Training(2, StopReasons.Interrupted));
        RunTracking.HandOver(run.Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Assert.Equal("KILLED", _stub.Status);
        run.Append(FakeRun.Training(4, firstEpoch: 3, fromSecond: 100));
        RunTracking.HandOver(run.Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: true);
        RequireAll(4);
        Assert.Equal("FINISHED", _stub.Status);
    }

    [Fact]
    public void A_parameter_that_has_another_value_there_is_told_and_stops_nothing()
    {
        using var server = new StubServer(_stub.Answer);
        _stub.Parameters["training.seed"] = "other";
        var report = RunTracking.HandOver(Run(2).Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Assert.Contains("training.seed", Assert.Single(report.Notices));
        Assert.Equal("other", _stub.Parameters["training.seed"]);
        Assert.Equal("small", _stub.Parameters["model.name"]);
        RequireAll(2);
    }

    [Fact]
    public void Values_that_are_no_numbers_are_left_out_and_told_once()
    {
        using var server = new StubServer(_stub.Answer);
        var run = new FakeRun(Folder.In("runs"));
        run.Append(new RunStarted(1, "desk", 2, 1, 20) { Time = FakeRun.Start }, new StepDone(1, 10, double.NaN, 0.5, 0.1, 9) { Time = FakeRun.Start },
            new StepDone(1, 20, double.NaN, 0.5, 0.1, 9) { Time = FakeRun.Start });
        var report = RunTracking.HandOver(run.Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Assert.Contains("NaN", Assert.Single(report.Notices));
        Assert.DoesNotContain(_stub.Metrics, metric => metric.Key == "step/loss");
        Assert.Equal(2, _stub.Metrics.Count(metric => metric.Key == "step/accuracy"));
        Assert.Equal("FAILED", _stub.Status);
    }

    [Fact]
    public void Files_go_through_the_server()
    {
        using var server = new StubServer(_stub.Answer);
        RunTracking.HandOver(Run(2).Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Assert.Equal([1, 2, 3], _stub.Files["checkpoints/best.safetensors"]);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], _stub.Files["evaluation/confusion_matrix.png"][..4]);
        Assert.Equal(3, System.Text.Encoding.UTF8.GetString(_stub.Files["metrics.csv"]).Count(letter => letter == '\n'));
    }

    [Theory, InlineData("file:///srv/mlruns/1/abc/artifacts"), InlineData("s3://bucket/1"), InlineData("mlflow-artifacts://elsewhere.example/1/abc")]
    public void Files_that_only_the_server_could_put_are_left_out_and_told(string uri)
    {
        _stub.ArtifactUri = uri;
        using var server = new StubServer(_stub.Answer);
        var report = RunTracking.HandOver(Run(1).Reader, TrackingTarget.MLflow, Options.MLflow(Folder.Path, server), goOn: false);
        Assert.Contains(uri, Assert.Single(report.Notices));
        Assert.Empty(_stub.Files);
        RequireAll(1);
    }

    [Fact]
    public void A_wrong_password_is_told_and_kept_out_of_the_message()
    {
        _stub.Authorization = "Basic nobody";
        using var server = new StubServer(_stub.Answer);
        var options = Options.For(
            Folder.Path, ("MLFLOW_TRACKING_URI", server.Url), ("MLFLOW_TRACKING_USERNAME", "me"), ("MLFLOW_TRACKING_PASSWORD", "hunter22"));
        var refused = Assert.Throws<WeftException>(() => RunTracking.HandOver(Run(1).Reader, TrackingTarget.MLflow, options, goOn: false));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.DoesNotContain("hunter22", refused.ToString() + refused.Found);
        Assert.Contains(server.Requests, request => request.Headers["Authorization"] == "Basic " + Convert.ToBase64String(FakeRun.Utf8("me:hunter22")));
    }

    [Theory, InlineData(null), InlineData("file:///tmp/mlruns"), InlineData("sqlite:///mlflow.db"), InlineData("http://"), InlineData("http://me:secret@host")]
    public void An_address_that_is_no_server_is_told_before_anything_is_touched(string? address)
    {
        var options = address is null ? Options.For(Folder.Path) : Options.For(Folder.Path, ("MLFLOW_TRACKING_URI", address));
        var refused = Assert.Throws<WeftException>(() => RunTracking.Check([TrackingTarget.MLflow], options));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.DoesNotContain("secret", refused.Found);
    }

    private void RequireAll(int epochs)
    {
        Assert.Empty(_stub.Breaches);
        Assert.Equal(1, _stub.Runs);
        Assert.Equal(Enumerable.Range(1, 2 * epochs).Select(i => 10L * i), Steps("step/loss"));
        foreach (var key in new[] { "train/loss", "validation/accuracy", "epoch", "system/cpu_utilization_percentage" })
            Assert.Equal(Enumerable.Range(1, epochs).Select(i => 20L * i), Steps(key));
    }

    private IEnumerable<long> Steps(string key) => _stub.Metrics.Where(metric => metric.Key == key).Select(metric => metric.Step);
}
