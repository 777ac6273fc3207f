using System.Reflection;

namespace Weft.Training.Tests;

public class AugmentationOptionsTests
{
    [Fact]
    public void All_violations_are_found_together_each_under_its_key()
    {
        var nonsense = new AugmentationOptions
        {
            OffLastEpochs = -1,
            Applied =
            [
                new HorizontalFlip(1.5), new Shift { Width = 0.3, Height = -0.1 }, new Rotation(400), new RandomCrop(65),
                new RandomErasing(-1) { MinimumArea = 0, MaximumArea = 2, Aspect = 0.5 }, new Mixup(-1), new Cutmix(11),
            ],
        };
        string[] keys =
        [
            "off_last_epochs", "cutmix", "horizontal_flip", "mixup", "random_crop", "random_erasing",
            "random_erasing_minimum_area", "random_erasing_maximum_area",
            "random_erasing_aspect", "rotation", "shift_width", "shift_height",
        ];
        var problems = nonsense.Validate();
        Assert.Equal(keys, problems.Select(problem => problem.Where));
        Assert.Contains(new Problem("rotation", "a number in [0, 180]", "400"), problems);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_is_refused(double value)
    {
        var nonsense = new AugmentationOptions
        {
            Applied = [new HorizontalFlip(value), new Shift(value), new Rotation(value), new RandomErasing(value), new Mixup(value), new Cutmix(value)],
        };
        Assert.Equal(6, nonsense.Validate().Count);
    }

    [Fact]
    public void Sound_options_have_no_violations()
    {
        Assert.Empty(AugmentationOptions.None.Validate());
        Assert.False(AugmentationOptions.None.IsOn);
        var all = new AugmentationOptions
        {
            Applied = [new HorizontalFlip(1), new Shift(0.2), new Rotation(180), new RandomCrop(4), new RandomErasing(1), new Mixup(10), new Cutmix(10)],
            OffLastEpochs = 3,
        };
        Assert.Empty(all.Validate());
        Assert.True(all.IsOn);
        Assert.True(new AugmentationOptions { Applied = [new Cutmix(1)] }.IsOn);
        Assert.False((all with { Enabled = false }).IsOn);
    }

    [Fact]
    public void Sets_with_the_same_records_are_equal_whatever_their_order_and_what_is_at_its_defaults_does_not_count()
    {
        OptionsSet<Augmentation> one = [new Rotation(5), new Mixup(1), new HorizontalFlip()];
        OptionsSet<Augmentation> other = [new Mixup(0.5), new Mixup(1), new Rotation(5)];

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(2, one.Count);
        Assert.NotEqual(one, [new Rotation(6), new Mixup(1)]);
    }

    [Fact]
    public void Random_streams_are_what_they_have_always_been()
    {
        var streams = OptionTypes.Of(typeof(Augmentation)).Where(type => type.Assembly == typeof(Augmentation).Assembly)
            .ToDictionary(type => type.Name, type => type.GetCustomAttribute<RandomStreamAttribute>()!.Number);

        Assert.Equal(
            [1UL, 2, 3, 4, 5, 7, 7],
            new[] { "HorizontalFlip", "Rotation", "Shift", "RandomCrop", "RandomErasing", "Mixup", "Cutmix" }.Select(name => streams[name]));
        Assert.DoesNotContain(AugmentationOptions.PartnerStream, streams.Values);
        // Only one of those that mix is applied to a sample: they alone may share a stream.
        Assert.Equal(streams.Count - 1, streams.Values.Distinct().Count());
        Assert.Equal(streams.Count, OptionTypes.Of(typeof(Augmentation)).Count(type => type.Assembly == typeof(Augmentation).Assembly));
    }
}
