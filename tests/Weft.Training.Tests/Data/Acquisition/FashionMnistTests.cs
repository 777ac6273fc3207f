using System.Diagnostics;

namespace Weft.Training.Tests;

public class FashionMnistTests
{
    [Fact]
    public void The_data_set_opens_and_is_the_published_one()
    {
        var data = FashionMnist.Open(new DataOptions(), TestContext.Current.CancellationToken);
        Assert.True(data.IsPublished);
        Assert.Equal((60_000, 10, new FeatureShape(28, 28, 1)), (data.Train.Count, data.ClassCount, data.Shape));
        Assert.False(data.TestIsLoaded);
        var test = data.LoadTest();
        Assert.True(data.TestIsLoaded);
        Assert.Equal(10_000, test.Count);
        Assert.Equal("Ankle boot", data.ClassNames[data.Train.Label(0)]);
    }

    [Fact]
    public void The_split_is_stratified_and_its_statistics_are_those_of_the_study()
    {
        var data = FashionMnist.Open(new DataOptions(), TestContext.Current.CancellationToken);
        var split = DatasetSplit.Of(data, seed: 7);
        Assert.Equal((55_000, 5_000), (split.Train.Count, split.Validation.Count));
        Assert.Equal(Enumerable.Range(0, 60_000), split.Train.Concat(split.Validation).Order());
        Assert.All(split.Validation.CountBy(data.Train.Label), pair => Assert.Equal(500, pair.Value));
        var statistics = DatasetStatistics.Of(data.Train, split.Train);
        Assert.Equal(0.2863, statistics.Mean[0], 3);
        Assert.Equal(0.3532, statistics.StandardDeviation[0], 3);
    }

    [Fact, Trait("lane", "timing")]
    public void The_loader_with_everything_on_makes_a_batch_of_128_within_milliseconds()
    {
        var data = FashionMnist.Open(new DataOptions(), TestContext.Current.CancellationToken);
        var split = DatasetSplit.Of(data, seed: 7);
        var everything = new AugmentationOptions
        {
            Applied = [new HorizontalFlip(0.5), new Shift(0.1), new Rotation(15), new RandomCrop(2), new RandomErasing(0.5), new Mixup(0.2), new Cutmix(1)],
        };
        using var loader = new BatchLoader(
            data.Train, split.Train, DatasetStatistics.Of(data.Train, split.Train), new BatchLoaderOptions { Augmentation = everything });
        for (var i = 0; i < 100; i++)
            loader.Next();
        var watch = Stopwatch.StartNew();
        const int Batches = 200;
        for (var i = 0; i < Batches; i++)
            loader.Next();
        var milliseconds = watch.Elapsed.TotalMilliseconds / Batches;
        TestContext.Current.SendDiagnosticMessage($"{milliseconds:0.000} ms per batch");
        // Ten times what one idle core needs: a machine that runs other tests too must not fail here, a loader that lost its vector path must.
        Assert.InRange(milliseconds, 0, 20);
    }
}
