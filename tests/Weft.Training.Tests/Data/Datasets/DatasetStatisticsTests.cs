namespace Weft.Training.Tests;

public class DatasetStatisticsTests
{
    [Fact]
    public void They_agree_with_two_passes_in_double()
    {
        var samples = SyntheticImages.Create(30, height: 5, width: 6, channels: 3);
        int[] some = [3, 4, 9, 11, 29];
        var statistics = DatasetStatistics.Of(samples, some);
        for (var c = 0; c < 3; c++)
        {
            var values = some.SelectMany(i => samples.Image(i).ToArray().Where((_, p) => p % 3 == c)).Select(value => value / 255.0).ToArray();
            var mean = values.Average();
            Assert.Equal(mean, statistics.Mean[c], 12);
            Assert.Equal(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), statistics.StandardDeviation[c], 12);
        }

        Assert.Equal(statistics.Mean, DatasetStatistics.Of(samples, [.. some.Reverse()]).Mean);
    }

    [Fact]
    public void A_channel_that_never_changes_normalizes_to_zero()
    {
        var samples = new ImageSamples(new FeatureShape(2, 2, 1), new byte[] { 7, 7, 7, 7 }, new int[] { 0 }, "");
        var statistics = DatasetStatistics.Of(samples, [0]);
        Assert.Equal(1, statistics.StandardDeviation[0]);
        Assert.Equal(0f, statistics.CreateTable()[7]);
    }

    [Fact]
    public void No_samples_have_no_statistics() => Assert.Throws<ArgumentException>(() => DatasetStatistics.Of(SyntheticImages.Create(3), []));
}
