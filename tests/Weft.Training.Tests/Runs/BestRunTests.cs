namespace Weft.Training.Tests;

public sealed class BestRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private RunStore Store => new(_folder.In("runs"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_best_of_runs_validated_on_different_images_is_refused_with_the_best_of_each_set()
    {
        Train("proper", 0.785, validation: 16);
        Train("other", 0.5, validation: 16);
        Train("toy", 1, validation: 8);
        var error = Assert.Throws<WeftException>(() => Store.Find("best"));
        Assert.Equal((ErrorKind.InvalidInput, "the runs were not validated on the same images, so none is the best"), (error.Kind, error.What));
        Assert.Equal("2 sets; the best of each: proper with 78.50 % of 16, toy with 100.00 % of 8", error.Found);
        Assert.Equal(_folder.In("runs", "proper"), Assert.IsType<EvaluateRun>(error.Next).Run.Path);
    }

    [Fact]
    public void Equal_numbers_of_other_images_are_another_set()
    {
        Train("one", 0.5, validation: 8);
        Train("two", 0.6, validation: 8, "data.validation_count=8");
        Assert.Equal(2, ValidationSet.Group(Store.List(), run => run.Information.Data).Count);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => Store.Find("best")).Kind);
    }

    [Fact]
    public void A_run_of_an_earlier_version_stands_with_the_others_where_the_rest_leaves_one_set()
    {
        Train("one", 0.5, validation: 8);
        Train("two", 0.6, validation: 8);
        Forget("two");
        Assert.Equal("two", Store.Find("best").Folder.Name);
        Train("three", 0.4, validation: 8, "data.validation_count=8");
        Assert.Equal(3, ValidationSet.Group(Store.List(), run => run.Information.Data).Count);
    }

    [Fact]
    public void Runs_without_a_finished_epoch_are_left_out()
    {
        Train("one", 0.5, validation: 16);
        Train("toy", null, validation: 8);
        Assert.Equal("one", Store.Find("best").Folder.Name);
        File.Delete(TinyTraining.Run(_folder, "one").MetricsFile);
        var error = Assert.Throws<WeftException>(() => Store.Find("best"));
        Assert.Equal((ErrorKind.InvalidInput, "no run has finished an epoch, so none is the best"), (error.Kind, error.What));
    }

    // A run that is not trained, with a row of metrics as if it were.
    private void Train(string name, double? accuracy, int validation, params string[] sets)
    {
        using var plan = TinyTraining.Begin(_folder, TinyTraining.Configuration(["training.epochs=1", $"data.limit_validation={validation}", .. sets]), name);
        if (accuracy is not { } reached)
            return;
        using var recorder = new RunRecorder(plan.Folder, new StopAtStep(long.MaxValue), TimeProvider.System);
        recorder.Record(new MetricsRow(1, 6, 1, 0.5, 1, reached, 0.1, 1, 100));
    }

    private void Forget(string name)
    {
        var file = TinyTraining.Run(_folder, name).InformationFile;
        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!;
        json["data"]!.AsObject().Remove("validation_fingerprint");
        File.WriteAllText(file, json.ToJsonString());
    }
}
