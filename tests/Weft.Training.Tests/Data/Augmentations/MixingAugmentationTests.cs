namespace Weft.Training.Tests;

public class MixingAugmentationTests
{
    private static readonly FeatureShape Shape = new(11, 8, 2);

    [Fact]
    public void Mixup_is_the_weighted_sum()
    {
        var rng = Rng.For(3, RngPurpose.Mixing);
        var image = Enumerable.Range(0, Shape.Length).Select(i => (float)i).ToArray();
        var other = Enumerable.Range(0, Shape.Length).Select(i => 500f - i).ToArray();
        var weight = new Mixup(0.7).Mix(rng, Shape, image, other);
        Assert.InRange(weight, 0.001f, 0.999f);
        for (var i = 0; i < image.Length; i++)
            Assert.Equal(weight * i + (1 - weight) * (500.0 - i), image[i], 0.001);
    }

    [Fact]
    public void The_cutmix_weight_is_the_share_of_pixels_that_stayed()
    {
        for (var trial = 0; trial < 500; trial++)
        {
            var image = Enumerable.Repeat(1f, Shape.Length).ToArray();
            var weight = new Cutmix(1).Mix(Rng.For(trial, RngPurpose.Mixing), Shape, image, new float[Shape.Length]);
            Assert.Equal(image.Average(), weight, 5);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.4)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void The_beta_distribution_has_its_mean_and_variance(double alpha)
    {
        var values = Enumerable.Range(0, 40_000).Select(i => Distributions.SymmetricBeta(Rng.For(8, RngPurpose.Mixing).Derive(i), alpha)).ToArray();
        Assert.All(values, value => Assert.InRange(value, 0, 1));
        Assert.Equal(0.5, values.Average(), 0.01);
        Assert.Equal(1 / (4 * (2 * alpha + 1)), values.Average(value => (value - 0.5) * (value - 0.5)), 0.004);
    }
}
