namespace Weft.Training.Tests;

public sealed class RunRecordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_event_reads_back_as_written()
    {
        RunEvent[] events =
        [
            new RunStarted(1, "m", 2, 3, 4), new RunResumed(1, "m", 2, 3, 4, 5, 6), new StepDone(1, 10, 0.5, 0.25, 1e-4, 1000),
            new EpochDone(1, 2, 3, 0.4, 5, 0.6, 7, 8, 9, true),
            new CheckpointSaved("last.safetensors", 1, 2, 3.5), new Warned("disk-full", "what", null), new RunStopped(StopReasons.Completed, "all done", 3, 30),
        ];
        foreach (var happened in events.Select(e => e with { Time = new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.Zero) }))
        {
            var line = RunEventLine.Write(happened);
            Assert.Equal(happened, RunEventLine.Read(line, "here"));
            Assert.Contains("\"v\":1", line);
            Assert.DoesNotContain('\n', line);
        }
    }

    [Fact]
    public void A_loss_that_is_no_number_survives() =>
        Assert.True(double.IsNaN(((StepDone)RunEventLine.Read(RunEventLine.Write(new StepDone(1, 2, double.NaN, 0, 0, 0)), "here")!).Loss));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"v\":1,\"type\":\"brand_new\"}")]
    [InlineData("{\"v\":1,\"type\":\"step\",\"epoch\":\"one\"}")]
    [InlineData("{\"v\":1}")]
    public void Lines_that_are_no_event_are_left_out(string line) => Assert.Null(RunEventLine.Read(line, "here"));

    [Fact]
    public void Events_of_a_newer_version_are_refused() =>
        Assert.Equal(ErrorKind.NewerFormat, Assert.Throws<WeftException>(() => RunEventLine.Read("{\"v\":2,\"type\":\"step\"}", "here")).Kind);

    [Fact]
    public void A_torn_last_line_is_left_out_when_reading_and_cut_off_when_resuming()
    {
        var configuration = TinyTraining.Configuration("training.epochs=3");
        using (var plan = TinyTraining.Begin(_folder, configuration))
        using (var stop = new StopAtStep(9))
            Trainer.Run(plan, stop, stop.Token);
        var run = TinyTraining.Run(_folder);
        var before = new RunReader(run).Events().Select(RunEventLine.Write).ToList();
        File.AppendAllText(run.EventsFile, "{\"v\":1,\"type\":\"step\",\"epo");
        File.AppendAllText(run.MetricsFile, "2,14,0.3,0.");
        Assert.Equal(before, new RunReader(run).Events().Select(RunEventLine.Write));
        Assert.Single(new RunReader(run).Metrics());

        using (var plan = TinyTraining.Resume(_folder))
            Trainer.Run(plan);

        Assert.Equal([1, 2, 3], new RunReader(run).Metrics().Select(row => row.Epoch));
        Assert.All(File.ReadAllLines(run.EventsFile), line => Assert.NotNull(RunEventLine.Read(line, "here")));
        Assert.Equal(1 + 3, File.ReadAllLines(run.MetricsFile).Length);
    }

    [Fact]
    public void Metrics_have_the_columns_of_the_contract_and_read_back_exactly()
    {
        Assert.Equal("epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second", MetricsRow.Header);
        var row = new MetricsRow(3, 1290, 0.1 + 0.2, 1.0 / 3, Math.PI, 0.915, 4e-7, 12.345, 6789.1);
        Assert.Equal(row, MetricsRow.Parse(row.ToCsv()));
        Assert.Null(MetricsRow.Parse(MetricsRow.Header));
        Assert.Null(MetricsRow.Parse("1,2,3"));
        Assert.True(double.IsNaN(MetricsRow.Parse((row with { TrainLoss = double.NaN }).ToCsv())!.TrainLoss));
    }

    [Fact]
    public void A_line_the_disk_took_in_part_is_written_whole_later()
    {
        var path = _folder.In("lines");
        File.WriteAllText(path, "whole\ntorn");
        using (var file = new AppendOnlyFile(path))
        {
            Assert.Equal("whole\n", File.ReadAllText(path));
            file.Append("next");
            file.Flush();
        }

        Assert.Equal("whole\nnext\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_long_torn_line_is_cut_off_whole()
    {
        var path = _folder.In("lines");
        File.WriteAllText(path, "first\n" + new string('x', 10_000));
        new AppendOnlyFile(path).Dispose();
        Assert.Equal("first\n", File.ReadAllText(path));
        File.WriteAllText(path, new string('x', 10_000));
        new AppendOnlyFile(path).Dispose();
        Assert.Equal("", File.ReadAllText(path));
    }

    [Fact]
    public void Other_data_are_refused_when_resuming()
    {
        using (var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration()))
        {
        }

        var error = Assert.Throws<WeftException>(() => TrainingSession.Resume(TinyTraining.Run(_folder), _ => TinyTraining.Dataset(fingerprint: "other")));
        Assert.Equal(ErrorKind.DatasetMismatch, error.Kind);
        Assert.False(RunLock.IsHeld(TinyTraining.Run(_folder)));
    }

    [Theory]
    [InlineData("epochs: 2", "epochs: 3", "training.epochs")]
    [InlineData("learning_rate: 0.05", "learning_rate: 0.06", "optimizer.learning_rate")]
    [InlineData("width: 0.125", "width: 0.25", "model.width")]
    public void A_changed_configuration_is_refused_when_resuming_and_the_key_named(string from, string to, string key)
    {
        using (TinyTraining.Begin(_folder, TinyTraining.Configuration()))
        {
        }

        var file = TinyTraining.Run(_folder).ConfigurationFile;
        Assert.Contains(from, File.ReadAllText(file));
        File.WriteAllText(file, File.ReadAllText(file).Replace(from, to));

        var error = Assert.Throws<WeftException>(() => TinyTraining.Resume(_folder));
        Assert.Equal(ErrorKind.CheckpointMismatch, error.Kind);
        Assert.Contains(key, error.What);
    }
}
