namespace Weft.Training.Tests;

public class GeometricAugmentationTests
{
    [Theory]
    [InlineData(28, 28, 1)]
    [InlineData(28, 28, 3)]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 1)]
    [InlineData(9, 33, 2)]
    [InlineData(64, 16, 1)]
    public void Rotation_shift_crop_and_flip_together_agree_with_the_reference(int height, int width, int channels)
    {
        var samples = SyntheticImages.Create(12, height: height, width: width, channels: channels);
        var all = SyntheticImages.All(samples);
        var statistics = DatasetStatistics.Of(samples, all);
        var options = new AugmentationOptions { Applied = [new RandomCrop(2), new Shift(0.2), new HorizontalFlip(0.5), new Rotation(40)] };
        var renderer = new SampleRenderer(samples, all, statistics, options, seed: 11);
        var image = new float[samples.Shape.Length];
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            foreach (var sample in all)
            {
                var rng = Rng.For(11, RngPurpose.Augmentation).Derive(epoch).Derive(sample);
                Rng flip = rng.Derive(1UL), turn = rng.Derive(2UL), shift = rng.Derive(3UL), crop = rng.Derive(4UL);
                var expected = WarpReference.Render(samples.Image(sample), samples.Shape, statistics, point =>
                {
                    point = (point.X - (crop.Int(0, 5) - 2), point.Y - (crop.Int(1, 5) - 2));
                    point = (point.X - shift.Uniform(0, -0.2, 0.2) * width, point.Y - shift.Uniform(1, -0.2, 0.2) * height);
                    point = WarpReference.Rotate(point, samples.Shape, turn.Uniform(0, -40, 40));
                    return flip.Double(0) < 0.5 ? (width - 1 - point.X, point.Y) : point;
                });
                renderer.RenderAugmented(epoch, sample, image);
                for (var i = 0; i < image.Length; i++)
                    Assert.True(Math.Abs(expected[i] - image[i]) < 1e-5,
                        $"{height}x{width}x{channels}, sample {sample}, value {i}: {expected[i]} but {image[i]}");
            }
        }
    }

    [Fact]
    public void Whole_pixel_movements_copy_pixels_exactly()
    {
        var samples = SyntheticImages.Create(1, height: 6, width: 9, channels: 2);
        var statistics = DatasetStatistics.Of(samples, [0]);
        var warp = new ImageWarp(samples.Shape, statistics);
        var table = statistics.CreateTable();
        var image = new float[samples.Shape.Length];
        var map = AffineMap.HorizontalFlip(samples.Shape).Then(AffineMap.Translation(2, -1));
        Assert.True(map.MovesWholePixels);
        warp.Apply(samples.Image(0), map, image);
        for (var y = 0; y < 6; y++)
        {
            for (var x = 0; x < 9; x++)
            {
                for (var c = 0; c < 2; c++)
                {
                    int fromX = 8 - (x - 2), fromY = y + 1;
                    var value = fromX is >= 0 and < 9 && fromY < 6 ? samples.Image(0)[(fromY * 9 + fromX) * 2 + c] : 0;
                    Assert.Equal(table[c * 256 + value], image[(y * 9 + x) * 2 + c]);
                }
            }
        }
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise()
    {
        // 1 2        2 4
        // 3 4   →    1 3
        var shape = new FeatureShape(2, 2, 1);
        var image = new float[4];
        new ImageWarp(shape, new DatasetStatistics([0], [1])).Apply([51, 102, 153, 204], AffineMap.Rotation(90, shape), image);
        Assert.Equal([0.4f, 0.8f, 0.2f, 0.6f], image.Select(value => MathF.Round(value, 5)));
    }

    [Fact]
    public void A_map_far_outside_gives_black()
    {
        var samples = SyntheticImages.Create(1);
        var statistics = DatasetStatistics.Of(samples, [0]);
        var warp = new ImageWarp(samples.Shape, statistics);
        var image = new float[784];
        foreach (var map in new[] { AffineMap.Translation(1e9 + 0.5, 0), AffineMap.Translation(0.5, -1e12),
            AffineMap.Translation(100, 3), AffineMap.Translation(-28.5, 0) })
        {
            Array.Fill(image, 99f);
            warp.Apply(samples.Image(0), map, image);
            Assert.All(image, value => Assert.Equal(-statistics.Mean[0] / statistics.StandardDeviation[0], value, 5));
        }
    }

    [Fact]
    public void Draws_stay_within_their_strength_and_use_all_of_it()
    {
        var shape = new FeatureShape(20, 40, 1);
        var maps = Enumerable.Range(0, 4000).Select(i => Rng.For(1, RngPurpose.Augmentation).Derive(i)).ToArray();
        var shifts = maps.Select(rng => new Shift { Width = 0.2, Height = 0.1 }.Draw(rng, shape)).ToArray();
        Assert.InRange(shifts.Max(map => Math.Abs(map.X0)), 7.9, 8.0);
        Assert.InRange(shifts.Max(map => Math.Abs(map.Y0)), 1.97, 2.0);
        Assert.InRange(shifts.Average(map => map.X0), -0.3, 0.3);
        Assert.All(maps, rng => Assert.True(new Shift(0.2) { Height = 0.1, WholePixels = true }.Draw(rng, shape).MovesWholePixels));
        Assert.Equal(49, maps.Select(rng => new RandomCrop(3).Draw(rng, shape)).Distinct().Count());
        Assert.InRange(maps.Max(rng => Math.Abs(Math.Asin(new Rotation(15).Draw(rng, shape).Yx))) * 180 / Math.PI, 14.9, 15.0);
        Assert.InRange(maps.Count(rng => new HorizontalFlip(0.3).Draw(rng, shape) != AffineMap.Identity), 1050, 1350);
        Assert.All(maps, rng => Assert.Equal(AffineMap.Identity, new HorizontalFlip(0).Draw(rng, shape)));
        Assert.All(maps, rng => Assert.NotEqual(AffineMap.Identity, new HorizontalFlip(1).Draw(rng, shape)));
    }
}
