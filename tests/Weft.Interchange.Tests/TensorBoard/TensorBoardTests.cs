using Weft.Interchange.TensorBoardWire;
using Weft.Training;

namespace Weft.Interchange.Tests;

public sealed class TensorBoardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_begins_with_the_version_and_is_named_as_readers_look_for_it()
    {
        HandOver(2);
        var file = Assert.Single(Directory.GetFiles(_folder.In("tensorboard", "cnn4-1")));
        Assert.Equal($"events.out.tfevents.{FakeRun.Start.ToUnixTimeSeconds()}.desk.42.1", Path.GetFileName(file));
        Assert.Equal("brain.Event:2", Events()[0].FileVersion);
    }

    [Fact]
    public void Scalars_come_once_and_in_order()
    {
        HandOver(3);
        Assert.Equal([10L, 20, 30, 40, 50, 60], Of("step/loss").Select(value => value.Step));
        Assert.Equal([0.601f, 0.602f, 0.603f], Of("validation/accuracy").Select(value => value.Value.SimpleValue));
    }

    [Fact]
    public void Pr_curve_follows_from_the_counts()
    {
        HandOver(1);
        var curve = Of("pr/boot").Single().Value;
        Assert.Equal("pr_curves", curve.Metadata.PluginData.PluginName);
        Assert.Equal(3u, PrCurveData.Parser.ParseFrom(curve.Metadata.PluginData.Content).NumThresholds);
        // Five boots with 1, 1, 3 in the bins and five others with 3, 1, 1; thresholds 0, ½ and 1.
        Assert.Equal(
            [5, 4, 3, 5, 2, 1, 0, 3, 4, 0, 1, 2, 5f / 10, 4f / 6, 3f / 4, 1, 4f / 5, 3f / 5],
            curve.Tensor.FloatVal);
        Assert.Equal([6L, 3L], curve.Tensor.TensorShape.Dim.Select(dimension => dimension.Size));
    }

    [Fact]
    public void Histogram_rows_are_left_right_count()
    {
        HandOver(1);
        var histogram = Of("weights/conv1.weight").Single().Value;
        Assert.Equal([-1, 0, 1, 0, 1, 2, 1, 2, 3], histogram.Tensor.DoubleVal);
        Assert.Equal("histograms", histogram.Metadata.PluginData.PluginName);
    }

    [Fact]
    public void Images_tell_their_size_and_are_png()
    {
        HandOver(1);
        var samples = Of("samples").Single().Value;
        Assert.Equal(["3", "2"], samples.Tensor.StringVal.Take(2).Select(text => text.ToStringUtf8()));
        Assert.Equal(4, samples.Tensor.StringVal.Count);
        Assert.Equal(FakeRun.Samples.Pixels[..6], Png.GrayPixels(samples.Tensor.StringVal[2].ToByteArray(), 3, 2));
        Assert.Equal(FakeRun.Samples.Pixels[6..], Png.GrayPixels(samples.Tensor.StringVal[3].ToByteArray(), 3, 2));
        Assert.Single(Of("confusion_matrix"));
    }

    [Fact]
    public void Hyperparameters_of_a_session_are_told_with_its_end()
    {
        HandOver(2);
        var start = HParamsData.Parser.ParseFrom(Of("_hparams_/session_start_info").Single().Value.Metadata.PluginData.Content).SessionStartInfo;
        Assert.Equal(2, start.Hparams["training.epochs"].NumberValue);
        Assert.Equal("sgd", start.Hparams["optimizer.name"].StringValue);
        Assert.Equal(SessionStatus.Success,
            HParamsData.Parser.ParseFrom(Of("_hparams_/session_end_info").Single().Value.Metadata.PluginData.Content).SessionEndInfo.Status);
    }

    [Fact]
    public void Custom_scalars_put_training_and_validation_in_one_chart()
    {
        HandOver(1);
        var layout = Layout.Parser.ParseFrom(Of("custom_scalars__config__").Single().Value.Tensor.StringVal.Single());
        Assert.Contains(layout.Category.Single().Chart, chart => chart.Multiline.Tag.SequenceEqual(["train/loss", "validation/loss"]));
    }

    private void HandOver(int epochs)
    {
        var run = new FakeRun(_folder.In("runs"));
        run.Append(FakeRun.Training(epochs));
        Assert.True(RunTracking.HandOver(run.Reader, TrackingTarget.TensorBoard, Options.For(_folder.Path), goOn: false).IsComplete);
    }

    private List<Event> Events()
    {
        var records = TfRecordReader.Read(File.ReadAllBytes(Directory.GetFiles(_folder.In("tensorboard", "cnn4-1")).Single()), out var tear);
        Assert.Null(tear);
        return [.. records.Select(record => Event.Parser.ParseFrom(record))];
    }

    private List<(long Step, SummaryValue Value)> Of(string tag) =>
        [.. Events().Where(happened => happened.Summary is not null).SelectMany(happened => happened.Summary.Value.Select(value => (happened.Step, value)))
            .Where(value => value.value.Tag == tag)];
}
