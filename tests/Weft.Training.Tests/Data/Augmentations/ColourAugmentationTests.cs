namespace Weft.Training.Tests;

public class ColourAugmentationTests
{
    private static readonly FeatureShape Shape = new(6, 5, 3);

    [Fact]
    public void Brightness_adds_one_number_that_uses_all_of_its_strength()
    {
        var changes = Enumerable.Range(0, 2000).Select(trial =>
        {
            var image = Image();
            new Brightness(0.5).Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image);
            var change = image[0] - Image()[0];
            Assert.All(image.Zip(Image()), pair => Assert.Equal(change, pair.First - pair.Second, 1e-4f));
            return change;
        }).ToList();

        Assert.InRange(changes.Max(), 0.49f, 0.5f);
        Assert.InRange(changes.Min(), -0.5f, -0.49f);
        Assert.InRange(changes.Average(), -0.03f, 0.03f);
    }

    [Fact]
    public void Contrast_keeps_the_mean_and_scales_the_distance_from_it()
    {
        var factors = Enumerable.Range(0, 2000).Select(trial =>
        {
            var image = Image();
            new Contrast(0.3).Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image);
            var mean = Image().Average();
            Assert.Equal(mean, image.Average(), 1e-4f);
            var factor = (image[0] - mean) / (Image()[0] - mean);
            Assert.All(image.Zip(Image()), pair => Assert.Equal(factor * (pair.Second - mean), pair.First - mean, 1e-3f));
            return factor;
        }).ToList();

        Assert.InRange(factors.Max(), 1.29f, 1.3f);
        Assert.InRange(factors.Min(), 0.7f, 0.71f);
    }

    [Fact]
    public void Both_come_before_random_erasing_and_change_none_of_its_draws()
    {
        var options = new AugmentationOptions { Applied = [new RandomErasing(1), new Contrast(0.2), new Brightness(0.2)] };

        Assert.Equal([typeof(Brightness), typeof(Contrast), typeof(RandomErasing)], options.OfKind<PixelAugmentation>()
            .Select(augmentation => augmentation.GetType()));
        var samples = SyntheticImages.Create(8);
        var all = SyntheticImages.All(samples);
        var renderers = new[] { options, new AugmentationOptions { Applied = [new RandomErasing(1)] } }
            .Select(which => new SampleRenderer(samples, all, DatasetStatistics.Of(samples, all), which, seed: 3)).ToList();
        float[] one = new float[samples.Shape.Length], other = new float[samples.Shape.Length];
        foreach (var sample in all)
        {
            renderers[0].RenderAugmented(1, sample, one);
            renderers[1].RenderAugmented(1, sample, other);
            Assert.Equal(other.Select(value => value == 0), one.Select(value => value == 0));
            Assert.NotEqual(other, one);
        }
    }

    private static float[] Image() => [.. Enumerable.Range(0, Shape.Length).Select(i => MathF.Sin(i) * 2)];
}
