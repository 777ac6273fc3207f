namespace Weft.Training.Tests;

/// <summary>Augmentations by name: what a preset sets, what beats it, and what the pictures choose.</summary>
public class AugmentationPresetTests
{
    [Fact]
    public void A_preset_sets_every_augmentation_and_what_is_set_beside_it_beats_it()
    {
        var resolved = Resolve("augmentation.horizontal_flip=0.3", "augmentation.preset=photo", "augmentation.color_jitter=0.4");
        Assert.Equal(
            new AugmentationOptions
            {
                Applied = [new HorizontalFlip(0.3), new RandomResizedCrop(0.35), new ColorJitter(0.4) { Hue = 0.02 }], Fill = AugmentationFill.Edge,
            }, resolved.Value.Augmentation);
        Assert.Equal(("preset photo", "--set", "--set", "preset photo"), (resolved.Origin("augmentation.random_resized_crop"),
            resolved.Origin("augmentation.color_jitter"), resolved.Origin("augmentation.preset"), resolved.Origin("augmentation.shift")));
    }

    [Fact]
    public void A_preset_on_the_command_line_forgets_what_the_recipe_set_and_none_switches_all_off()
    {
        Assert.Equal(new AugmentationOptions { Applied = [new Shift(0.05)], Fill = AugmentationFill.Edge },
            Resolve("tuned/best", "augmentation.preset=document").Value.Augmentation);
        Assert.False(Resolve("tuned/best", "augmentation.preset=none").Value.Augmentation.IsOn);
        Assert.True(Resolve("tuned/best").Value.Augmentation.IsOn);
    }

    [Fact]
    public void A_written_configuration_with_a_preset_reads_back_as_it_was()
    {
        var resolved = Resolve("augmentation.preset=texture", "augmentation.quarter_turn=0.5");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.In("config.yaml"), resolved.ToYaml());
        var read = ConfigurationResolver.Resolve(new ConfigurationSources { File = folder.In("config.yaml") });
        Assert.Equal(resolved.Value, read.Value);
        Assert.Contains("quarter_turn: 0.5  # --set", resolved.ToYaml());
    }

    [Fact]
    public void Pictures_choose_their_preset_by_their_ground()
    {
        Assert.Equal(AugmentationPreset.Photo, DataChoices.PresetFor(Pictures((_, _, i) => [(byte)(i * 91), (byte)(i * 57), (byte)(i * 13)])).Preset);
        Assert.Equal(AugmentationPreset.Object, DataChoices.PresetFor(Pictures((y, x, i) =>
            y is > 2 and < 12 && x is > 2 and < 12 ? [200, (byte)i, 10] : [250, 250, 250])).Preset);
        Assert.Equal(AugmentationPreset.Document, DataChoices.PresetFor(Pictures((y, x, i) =>
            y is > 2 and < 12 && x is > 2 and < 12 && i % 3 == 0 ? [20, 20, 22] : [250, 250, 248])).Preset);
    }

    [Theory]
    [InlineData("left,right", "left,right")]
    [InlineData("turnLeft,turn_right,ahead", "turnLeft,turn_right")]
    [InlineData("0,1,2", "0,1,2")]
    [InlineData("zero,one,other", "zero,one")]
    [InlineData("cat,dog", "")]
    [InlineData("bright,leftover,righteous", "")]
    [InlineData("A,grass", "")]
    public void Names_that_a_mirror_image_would_belie_are_known(string classes, string expected) =>
        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), DataChoices.DirectionalNames(classes.Split(',')));

    [Fact]
    public void Nothing_is_mirrored_where_class_names_have_a_direction_unless_somebody_asked_for_it()
    {
        var configuration = Resolve("pictures/head", "augmentation.preset=auto");
        var data = Dataset("left", "right");
        var chosen = DataChoices.Of(configuration, data);
        Assert.Equal(AugmentationPreset.Photo, chosen.Value.AugmentationPreset.Preset);
        Assert.Equal((1, false, 0.0), (chosen.Value.Head.Views, chosen.Value.Evaluation.Tta,
            chosen.Value.Augmentation.Applied.OfType<HorizontalFlip>().SingleOrDefault()?.Probability ?? 0));
        Assert.Contains("classes \"left\", \"right\"", chosen.Origin("augmentation.horizontal_flip"));
        Assert.Equal(["augmentation.preset: photo, for only 0 % of the pictures stand on a plain ground; these pictures are not stored larger than they are "
            + "trained on, so parts of them are magnified", "no picture is mirrored: classes \"left\", \"right\""], chosen.Notes);
        Assert.Equal(chosen, DataChoices.Of(chosen, data), (one, other) => one.Value == other.Value && one.Notes.Count == other.Notes.Count);

        var asked = DataChoices.Of(Resolve("pictures/head", "augmentation.preset=photo", "augmentation.horizontal_flip=0.5"), data).Value;
        Assert.Equal((0.5, 1), (asked.Augmentation.Applied.OfType<HorizontalFlip>().Single().Probability, asked.Head.Views));
        Assert.Equal(configuration.Value.Head.Views, DataChoices.Of(configuration, Dataset("cat", "dog")).Value.Head.Views);
    }

    private static ResolvedConfiguration Resolve(params string[] values) => ConfigurationResolver.Resolve(new ConfigurationSources
    {
        Recipe = values[0].Contains('=') ? "none" : values[0],
        Overrides = [.. values.Where(value => value.Contains('=')).Select(ConfigurationResolver.ParseSet)],
    });

    private static ImageDataset Dataset(params string[] classes)
    {
        var samples = SyntheticImages.Create(12, classes.Length, 16, 16, 3);
        return new ImageDataset("pictures", samples, () => samples, classes)
        {
            Pictures = new PictureOptions { Side = 16, Fit = Weft.Pictures.PictureFitting.Crop, Channels = 3 },
        };
    }

    private static ImageSamples Pictures(Func<int, int, int, byte[]> pixel)
    {
        const int Side = 15;
        byte[] images = [.. Enumerable.Range(0, 8 * Side * Side).SelectMany(i => pixel(i / Side % Side, i % Side, i))];
        return new ImageSamples(new FeatureShape(Side, Side, 3), images, new int[8], "pictures");
    }
}
