namespace Weft.Training.Tests;

public class ValidationTallyTests
{
    [Fact]
    public void Confusion_scores_and_samples_follow_from_the_logits()
    {
        var tally = new ValidationTally(2, 3);
        var hot = (float)Math.Log(3); // probabilities ¾ and ¼
        tally.Add([hot, 0, 0, hot], [0, 0]);
        tally.Add([float.NaN, 0, 0, 0], [1, 1]);
        using var device = Device.Cpu(1);
        using var network = Network.Compile(ModelCatalog.Find("small")!.Describe(new ModelOptions()), device, new CompileOptions { BatchSize = 1 });
        var told = tally.ToEvent(1, 10, network, withGradients: false);
        Assert.Equal([1, 1, 1, 0], told.Confusion); // the tie goes to the first class, the NaN to none
        Assert.Equal([0, 1, 255, 0], told.Predictions);
        Assert.Equal([0.75f, 0.25f, 0.25f, 0.75f], told.SampleProbabilities.Take(4));
        Assert.Equal(6, told.SampleProbabilities.Count);
        Assert.Equal(3, told.Scores.Own.Sum());
        Assert.Equal(3, told.Scores.Other.Sum());
        Assert.Equal(1, told.Scores.Own[37]); // ⌊0.75 · 50⌋
        Assert.Equal(1, told.Scores.Own[12]);
        Assert.Empty(told.Gradients);
        Assert.All(told.Weights, tensor =>
            Assert.Equal(network.Parameters.Single(parameter => parameter.Name == tensor.Name).Value.Length, tensor.Counts.Sum()));
    }

    [Fact]
    public void Histogram_bins_are_equally_wide_and_hold_every_finite_element()
    {
        var histogram = ValidationTally.HistogramOf("w", [0, 1, 2, 30, 29.5f, float.NaN, float.PositiveInfinity]);
        Assert.Equal((0, 30, 30), (histogram.Minimum, histogram.Maximum, histogram.Counts.Count));
        Assert.Equal([1L, 1, 1], histogram.Counts.Take(3));
        Assert.Equal(2, histogram.Counts[29]);
        Assert.Equal(5, histogram.Counts.Sum());
        Assert.Equal([0, 1, 30], new[] { histogram.Edge(0), histogram.Edge(1), histogram.Edge(30) });
    }

    [Fact]
    public void Equal_elements_are_one_bin_and_none_is_no_bin()
    {
        Assert.Equal([3L], ValidationTally.HistogramOf("w", [2, 2, 2]).Counts);
        Assert.Empty(ValidationTally.HistogramOf("w", [float.NaN]).Counts);
    }
}
