namespace Weft.Training.Tests;

/// <summary>Augmentations of pictures in colour: what they draw, in which order they apply, and what surrounds a picture that is moved.</summary>
public class PictureAugmentationTests
{
    private static readonly FeatureShape Shape = new(40, 60, 3);

    [Fact]
    public void A_random_resized_crop_has_areas_and_shapes_from_all_of_their_range_and_reads_nothing_from_outside()
    {
        var crop = new RandomResizedCrop(0.35) { MaximumArea = 0.9, Aspect = 1.5 };
        var maps = Enumerable.Range(0, 4000).Select(i => crop.Draw(Rng.For(i, RngPurpose.Augmentation), Shape)).ToList();
        var parts = maps.Select(map => (Width: map.Xx * 59 + 1, Height: map.Yy * 39 + 1)).ToList();
        Assert.All(maps.Zip(parts), pair =>
        {
            var ((_, _, left, _, _, top), (width, height)) = pair;
            Assert.True(left >= 0 && top >= 0 && left + width <= 60 + 1e-9 && top + height <= 40 + 1e-9, $"{pair}");
        });
        var areas = parts.Select(part => part.Width * part.Height / Shape.Pixels).ToList();
        Assert.InRange(areas.Min(), 0.33, 0.37);
        Assert.InRange(areas.Max(), 0.87, 0.93);
        Assert.InRange(parts.Min(part => part.Width / part.Height), 0.63, 0.72);
        Assert.InRange(parts.Max(part => part.Width / part.Height), 1.4, 1.6);
        Assert.InRange(maps.Count(map => map.X0 == 0), 1, 1000);
    }

    [Fact]
    public void Where_no_part_fits_the_largest_one_in_the_middle_is_taken()
    {
        var whole = new RandomResizedCrop(1) { Aspect = 1.2 }.Draw(Rng.For(1, RngPurpose.Augmentation), new FeatureShape(10, 100, 1));
        Assert.Equal((44, 12, 10), (whole.X0, whole.Xx * 99 + 1, whole.Yy * 9 + 1));
    }

    [Fact]
    public void Quarter_turns_and_vertical_flips_only_move_values()
    {
        var samples = SyntheticImages.Create(4, height: 9, width: 9, channels: 3);
        var all = SyntheticImages.All(samples);
        var options = new AugmentationOptions { Applied = [new QuarterTurn(1), new VerticalFlip(0.5), new HorizontalFlip(0.5)] };
        var renderer = new SampleRenderer(samples, all, new DatasetStatistics(new double[3], [1, 1, 1]), options, seed: 5);
        var (image, plain) = (new float[samples.Shape.Length], new float[samples.Shape.Length]);
        HashSet<string> seen = [];
        for (var epoch = 1; epoch <= 60; epoch++)
        {
            renderer.RenderAugmented(epoch, 0, image);
            renderer.RenderPlain(0, plain);
            Assert.All(image.Order().Zip(plain.Order()), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
            seen.Add(string.Join(' ', image.Select(value => MathF.Round(value, 4))));
        }

        Assert.Equal(8, seen.Count);
    }

    [Fact]
    public void Color_jitter_draws_each_factor_from_its_own_range_and_leaves_grey_pictures_without_colour()
    {
        byte[] grey = [.. Enumerable.Range(0, Shape.Length).Select(i => (byte)(i / 3 % 200))];
        var brightest = Enumerable.Range(0, 500).Select(trial =>
        {
            var image = (byte[])grey.Clone();
            new ColorJitter { Brightness = 0.3, Hue = 0.4, Saturation = 2 }.Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image, [0, 0, 0]);
            Assert.All(Enumerable.Range(0, Shape.Pixels), i => Assert.True(image[3 * i] == image[3 * i + 1] && image[3 * i] == image[3 * i + 2]));
            return image.Max() / 199.0;
        }).ToList();
        Assert.InRange(brightest.Min(), 0.69, 0.72);
        Assert.InRange(brightest.Max(), 1.27, 1.29); // clipped at 255
        Assert.False(new ColorJitter().IsOn);
        Assert.True(new ColorJitter { Hue = 0.1 }.IsOn);
        Assert.False(new ColorJitter(0.1) { Brightness = 0, Contrast = 0, Saturation = 0 }.IsOn);
    }

    [Fact]
    public void Every_operation_of_trivial_augment_comes_up_as_often_as_the_others()
    {
        // On a picture of one colour operations are told apart by what they leave of it: most leave it alone.
        var counts = new Dictionary<string, int>();
        for (var trial = 0; trial < 7000; trial++)
        {
            byte[] image = [.. Enumerable.Repeat((byte)77, Shape.Length)];
            new TrivialAugment(1).Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image, [0, 0, 0]);
            var kind = image.All(value => value == 77) ? "same" : image.All(value => value is 0 or 77) && image.Contains((byte)77) ? "moved" : "other";
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }

        // Five of fourteen move pixels; of those some strengths are too small to show at the edge, and large ones may leave nothing.
        Assert.InRange(counts["moved"], 2100, 2600);
        // Brightness always, solarize by a threshold, posterize where bits fall away.
        Assert.InRange(counts["other"], 900, 1500);
        Assert.Equal(0, Enumerable.Range(0, 100).Count(trial => Changes(new TrivialAugment(0), trial)));
        Assert.InRange(Enumerable.Range(0, 1000).Count(trial => Changes(new RandAugment(2), trial)), 800, 1000);

        static bool Changes(ByteAugmentation augmentation, int trial)
        {
            byte[] image = [.. Enumerable.Range(0, Shape.Length).Select(i => (byte)(i * 7))];
            var before = (byte[])image.Clone();
            augmentation.Apply(Rng.For(trial, RngPurpose.Augmentation), Shape, image, [0, 0, 0]);
            return !image.SequenceEqual(before);
        }
    }

    [Fact]
    public void Operations_on_bytes_come_after_those_that_move_pixels_and_before_the_others_and_change_none_of_their_draws()
    {
        var samples = SyntheticImages.Create(6, height: 20, width: 20, channels: 3);
        var all = SyntheticImages.All(samples);
        var statistics = DatasetStatistics.Of(samples, all);
        AugmentationOptions without = new() { Applied = [new HorizontalFlip(0.5), new RandomErasing(1)] };
        AugmentationOptions with = new() { Applied = [new HorizontalFlip(0.5), new RandomErasing(1), new ColorJitter { Brightness = 0.5 }] };
        float[] one = new float[samples.Shape.Length], other = new float[samples.Shape.Length];
        SampleRenderer first = new(samples, all, statistics, without, 3), second = new(samples, all, statistics, with, 3);
        foreach (var sample in all)
        {
            first.RenderAugmented(1, sample, one);
            second.RenderAugmented(1, sample, other);
            Assert.Equal(one.Select(value => value == 0), other.Select(value => value == 0));
            Assert.NotEqual(one, other);
        }

        Assert.Equal([typeof(ColorJitter), typeof(TrivialAugment), typeof(RandAugment)], new AugmentationOptions
        {
            Applied = [new RandAugment(1), new TrivialAugment(1), new ColorJitter(1)],
        }.OfKind<ByteAugmentation>().Select(one => one.GetType()));
    }

    [Fact]
    public void The_mean_may_surround_pictures_in_place_of_black()
    {
        var samples = SyntheticImages.Create(3, height: 12, width: 12, channels: 3);
        var all = SyntheticImages.All(samples);
        var statistics = DatasetStatistics.Of(samples, all);
        var options = new AugmentationOptions { Applied = [new Rotation(45)], Fill = AugmentationFill.Mean };
        var image = new float[samples.Shape.Length];
        foreach (var with in (AugmentationOptions[])[options, options with { Applied = [new Rotation(45), new ColorJitter { Contrast = 1e-9 }] }])
        {
            var renderer = new SampleRenderer(samples, all, statistics, with, seed: 2);
            for (var epoch = 1; epoch < 9; epoch++)
            {
                renderer.RenderAugmented(epoch, 1, image);
                var corner = AffineMap.Rotation(Rng.For(2, RngPurpose.Augmentation).Derive(epoch).Derive(1).Derive(2UL).Uniform(0, -45, 45), samples.Shape);
                if (Math.Max(Math.Abs(corner.X0 - 5.5), Math.Abs(corner.Y0 - 5.5)) > 6.6) // wholly outside
                    Assert.All(image[..3].Zip(statistics.StandardDeviation), pair => Assert.InRange(pair.First * pair.Second * 255, -0.6, 0.6));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_edge_may_go_on_outside_of_pictures(bool inBytes)
    {
        var shape = new FeatureShape(6, 7, 3);
        byte[] image = [.. Enumerable.Range(0, shape.Length).Select(i => (byte)(i * 2))];
        var samples = new ImageSamples(shape, image, new[] { 0 }, "edge");
        var options = new AugmentationOptions
        {
            Applied = [new Shift(0.2) { WholePixels = true }, .. inBytes ? [new ColorJitter { Contrast = 1e-9 }] : (Augmentation[])[]],
            Fill = AugmentationFill.Edge,
        };
        var (whole, part, seen) = (new float[shape.Length], new float[shape.Length], 0);
        var statistics = new DatasetStatistics(new double[3], [1, 1, 1]);
        var (sharp, soft) = (new SampleRenderer(samples, [0], statistics, options, 1), new SampleRenderer(samples, [0], statistics,
            options with { Applied = [new Rotation(180), .. options.Applied.Where(one => one is ByteAugmentation)] }, 1));
        for (var epoch = 1; epoch < 40; epoch++)
        {
            sharp.RenderAugmented(epoch, 0, whole);
            soft.RenderAugmented(epoch, 0, part);
            seen += whole[..3].SequenceEqual(whole[3..6]) ? 1 : 0;
            Assert.All(whole.Concat(part), value => Assert.InRange(value * 255, image.Min() - 0.51f, image.Max() + 0.51f));
            Assert.All(Enumerable.Range(0, shape.Pixels), i => // nothing is mixed with another channel's or with black
                Assert.InRange((part[3 * i + 2] - part[3 * i]) * 255, 2.9f, 5.1f));
        }

        Assert.InRange(seen, 5, 35);
        byte[] moved = [.. image];
        PictureOperations.Move(shape, moved, AffineMap.Translation(-2.5, 100), []);
        Assert.Equal(image[(2 * 3)..(3 * 3)].Select(value => value + 3), moved[..3].Select(value => (int)value));
        Assert.Equal(image[(6 * 3)..(7 * 3)], moved[^3..]);
    }

    [Fact]
    public void Parts_are_taken_of_the_larger_pictures_where_there_are_some()
    {
        var small = SyntheticImages.Create(2, height: 8, width: 8, channels: 3);
        var large = SyntheticImages.Create(2, height: 10, width: 10, channels: 3);
        var samples = new ImageSamples(small.Shape, (byte[])[.. small.Image(0), .. small.Image(1)], small.Labels, "f") { Larger = new(() => large) };
        var statistics = new DatasetStatistics(new double[3], [1, 1, 1]);
        var image = new float[samples.Shape.Length];
        new SampleRenderer(samples, [0, 1], statistics, new AugmentationOptions { Applied = [new RandomResizedCrop(1) { Aspect = 1 }] }, 1)
            .RenderAugmented(1, 1, image);
        // The whole picture: corners lie on corners.
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(large.Image(1)[c] / 255f, image[c], 1e-6f);
            Assert.Equal(large.Image(1)[^(3 - c)] / 255f, image[^(3 - c)], 1e-6f);
        }

        new SampleRenderer(samples, [0, 1], statistics, new AugmentationOptions { Applied = [new HorizontalFlip(1)] }, 1).RenderAugmented(1, 1, image);
        Assert.Equal(small.Image(1)[21] / 255f, image[0], 1e-6f);
    }
}
