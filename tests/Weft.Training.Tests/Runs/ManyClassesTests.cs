using System.Text.Json;

namespace Weft.Training.Tests;

/// <summary>A thousand classes: numbers of classes are not bytes, and tables of classes squared stay small where they are kept.</summary>
public class ManyClassesTests
{
    private const int Classes = 1_000;

    [Fact]
    public void What_an_epoch_tells_of_a_thousand_classes_is_short_and_comes_back()
    {
        var tally = new ValidationTally(Classes, sampleCount: 2);
        var logits = new float[20 * Classes];
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i * 50)];
        for (var i = 0; i < 20; i++)
            logits[i * Classes + labels[i] + (i % 4 == 0 ? 1 : 0)] = 20;
        logits[7 * Classes] = float.NaN;
        tally.Add(logits, labels);
        using var device = Device.Cpu(1);
        using var network = Network.Compile(ModelCatalog.Find("small")!.Describe(new ModelOptions()), device, new CompileOptions { BatchSize = 1 });
        var told = tally.ToEvent(3, 40, network, withGradients: false) with { Weights = [] };
        var line = JsonSerializer.Serialize(told, RunEventJson.Default.RunEvent);
        Assert.InRange(line.Length, 1_000, 60_000);
        var read = Assert.IsType<EpochObserved>(JsonSerializer.Deserialize(line, RunEventJson.Default.RunEvent));
        Assert.True(RunEventChecks.IsPossible(read));
        Assert.Equal(told.Confusion, read.Confusion);
        Assert.Equal(told.Scores.Own, read.Scores.Own);
        Assert.Equal(told.Scores.Other, read.Scores.Other);
        Assert.Equal([1, 50, 100, 150, 201, 250, 300, -1, 401], read.PredictionsOf(20)![..9]);
        Assert.Null(read.PredictionsOf(21));
    }

    [Theory]
    [InlineData("""{"length":-1,"at":[],"counts":[]}""")]
    [InlineData("""{"length":2000000000,"at":[],"counts":[]}""")]
    [InlineData("""{"length":10,"at":[10],"counts":[1]}""")]
    [InlineData("""{"length":10,"at":[-1],"counts":[1]}""")]
    [InlineData("""{"length":10,"at":[1,2],"counts":[1]}""")]
    [InlineData("""{"length":"x"}""")]
    [InlineData("""["x"]""")]
    [InlineData("7")]
    public void Counts_that_make_no_sense_are_refused(string counts)
    {
        var scores = new ScoreCounts(2, [1], [2]);
        var right = JsonSerializer.Serialize(new EpochObserved(1, 1, 1, [5], scores, [], [], []), RunEventJson.Default.RunEvent);
        Assert.Contains("\"confusion\":[5]", right);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(right.Replace("[5]", counts, StringComparison.Ordinal), RunEventJson.Default.RunEvent));
    }

    [Fact]
    public void So_many_classes_that_their_tables_fill_the_memory_are_refused()
    {
        var count = 2 * (RunLimits.Classes + 1);
        var samples = new ImageSamples(new FeatureShape(1, 1, 1), new byte[count], Enumerable.Range(0, count).Select(i => i / 2).ToArray(), "x");
        var names = Enumerable.Range(0, RunLimits.Classes + 1).Select(i => $"{i}").ToArray();
        var data = new ImageDataset("many", samples, () => samples, names);
        var error = Assert.Throws<WeftException>(() => TrainingData.Prepare(data, new DataConfiguration()));
        Assert.Equal((ErrorKind.InvalidInput, "4,097"), (error.Kind, error.Found));
    }
}
