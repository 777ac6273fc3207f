namespace Weft.Training.Tests;

public class RandomErasingTests
{
    private static readonly FeatureShape Shape = new(28, 28, 3);

    [Fact]
    public void A_rectangle_of_the_agreed_area_becomes_the_mean_and_the_rest_stays()
    {
        var erasing = new RandomErasing(0.5) { MinimumArea = 0.05, MaximumArea = 0.25, Aspect = 2 };
        var erased = 0;
        for (var trial = 0; trial < 2000; trial++)
        {
            var image = Enumerable.Repeat(1f, Shape.Length).ToArray();
            erasing.Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image);
            var holes = Enumerable.Range(0, Shape.Pixels).Where(p => image[3 * p] == 0).ToArray();
            Assert.All(holes, p => Assert.Equal((0f, 0f), (image[3 * p + 1], image[3 * p + 2])));
            Assert.Equal(holes.Length * 3, image.Count(value => value != 1));
            if (holes.Length == 0)
                continue;
            erased++;
            var height = holes.Max(p => p / 28) - holes.Min(p => p / 28) + 1;
            var width = holes.Max(p => p % 28) - holes.Min(p => p % 28) + 1;
            Assert.Equal(holes.Length, height * width);
            Assert.InRange(holes.Length, 0.04 * Shape.Pixels, 0.27 * Shape.Pixels);
            Assert.InRange((double)height / width, 1 / 2.4, 2.4);
        }

        Assert.InRange(erased, 900, 1100);
    }
}
