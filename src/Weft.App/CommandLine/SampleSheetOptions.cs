using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>The options of <c>data show</c> that make it write a PNG.</summary>
internal sealed class SampleSheetOptions
{
    private const int AugmentedVariants = 8;

    // What the study names; shown when the configuration has no augmentation of its own.
    private static readonly AugmentationOptions OfTheStudy = new() { Applied = [new HorizontalFlip(0.5), new Shift(0.2), new Rotation(15)] };

    private readonly Option<string?> _png = new("--png") { Description = "Also write the sheet to a PNG file.", HelpName = "FILE" };
    private readonly Option<bool> _augmented = new("--augmented")
    { Description = "Samples beside what training makes of them, as a PNG (NAME-augmented.png unless --png names it)." };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "Take the augmentations of a recipe.", HelpName = "NAME" };
    private readonly Option<string?> _config = new("--config") { Description = "Take the augmentations of a file.", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "Set one value: augmentation.rotation=30. May be repeated.", HelpName = "KEY=VALUE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _png, _augmented, _recipe, _config, _set })
            command.Options.Add(option);
    }

    /// <summary>The configuration whose augmentations are shown, or null when plain samples were asked for.</summary>
    /// <exception cref="WeftException">Exit 2: the configuration is wrong.</exception>
    public ResolvedConfiguration? Augmentation(ParseResult parse)
    {
        if (!parse.GetValue(_augmented))
            return null;
        var overrides = (parse.GetValue(_set) ?? []).Select(ConfigurationResolver.ParseSet).ToList();
        return ConfigurationResolver.Resolve(
            new ConfigurationSources { Recipe = parse.GetValue(_recipe), File = parse.GetValue(_config), Overrides = overrides });
    }

    // What the pictures choose, and where neither they nor anybody else does, what the study names.
    private static AugmentationOptions Shown(ResolvedConfiguration configuration, ImageDataset data)
    {
        var automatic = new ConfigurationValue(AugmentationPresets.Key, OptionKey.Write(AugmentationPreset.Auto), "--augmented");
        if (!configuration.Value.Augmentation.IsOn && configuration.Value.AugmentationPreset.Preset is null && data.Pictures is not null)
            configuration = configuration.With([.. AugmentationPresets.Expand([automatic])]);
        var chosen = DataChoices.Of(configuration, data).Value.Augmentation;
        return chosen.IsOn ? chosen : OfTheStudy;
    }

    /// <summary>Writes the sheet that was asked for and returns its path, or null when none was.</summary>
    /// <exception cref="WeftException">The file cannot be written.</exception>
    public string? Write(ParseResult parse, ImageDataset data, ResolvedConfiguration? augmentation, IReadOnlyList<int> samples)
    {
        var path = parse.GetValue(_png) ?? (augmentation is null ? null : $"{data.Name}-augmented.png");
        if (path is null)
            return null;
        var picture = augmentation is not null
            ? SampleSheet.OfAugmentations(
                data, samples, DatasetSplit.Of(data, seed: 0).Train, Shown(augmentation, data), augmentation.Value.Training.Seed, AugmentedVariants)
            : SampleSheet.OfClasses(data, samples, samples.Count);
        using var png = new MemoryStream();
        picture.WritePng(png);
        OutputFile.Write(path, png.GetBuffer().AsMemory(0, (int)png.Length), "the sheet cannot be written", new Advice("name another file by --png"));
        return Path.GetFullPath(path);
    }
}
