namespace Weft.Training.Tests;

public class AugmentationOptionsTests
{
    [Fact]
    public void All_violations_are_found_together_each_under_its_key()
    {
        var nonsense = new AugmentationOptions
        {
            HorizontalFlip = 1.5, ShiftWidth = 0.3, ShiftHeight = -0.1, Rotation = 400, RandomCrop = 65, RandomErasing = -1, RandomErasingMinimumArea = 0,
            RandomErasingMaximumArea = 2, RandomErasingAspect = 0.5, Mixup = -1, Cutmix = 11, OffLastEpochs = -1,
        };
        string[] keys =
        [
            "off_last_epochs", "horizontal_flip", "rotation", "shift_width", "shift_height", "random_crop", "random_erasing",
            "random_erasing_minimum_area", "random_erasing_maximum_area", "random_erasing_aspect", "mixup", "cutmix",
        ];
        var problems = nonsense.Validate();
        Assert.Equal(keys.Select(key => "augmentation." + key), problems.Select(problem => problem.Where));
        Assert.Equal(new Problem("augmentation.rotation", "degrees from 0 to 180", "400"), problems[2]);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_is_refused(double value)
    {
        var nonsense = new AugmentationOptions { HorizontalFlip = value, Shift = value, Rotation = value, RandomErasing = value, Mixup = value, Cutmix = value };
        Assert.Equal(7, nonsense.Validate().Count);
    }

    [Fact]
    public void Sound_options_have_no_violations()
    {
        Assert.Empty(AugmentationOptions.None.Validate());
        Assert.False(AugmentationOptions.None.IsOn);
        var all = new AugmentationOptions { HorizontalFlip = 1, Shift = 0.2, Rotation = 180, RandomCrop = 4, RandomErasing = 1, Mixup = 10, Cutmix = 10, OffLastEpochs = 3 };
        Assert.Empty(all.Validate());
        Assert.True(all.IsOn);
        Assert.True(new AugmentationOptions { Cutmix = 1 }.IsOn);
    }
}
