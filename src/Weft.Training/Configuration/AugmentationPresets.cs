using System.ComponentModel;

namespace Weft.Training;

/// <summary>A set of augmentations with a name. Numbers are stored in configurations: append only.</summary>
internal enum AugmentationPreset
{
    /// <summary>One of the others, which the training pictures choose when a run begins.</summary>
    Auto = 1,

    /// <summary>Scenes that fill the picture.</summary>
    Photo = 2,

    /// <summary>Single things on a plain ground.</summary>
    Object = 3,

    /// <summary>Pages and drawings, which have one way up.</summary>
    Document = 4,

    /// <summary>Surfaces and views from above, which have no way up.</summary>
    Texture = 5,
}

/// <summary>The key <c>augmentation.preset</c>, whose values stand under the keys of the augmentations.</summary>
internal sealed record AugmentationPresetConfiguration : OptionsRecord
{
    [Description("Sets all augmentations at once, and what is set beside it beats it; auto lets the pictures choose.")]
    public AugmentationPreset? Preset { get; init; }
}

/// <summary>What the presets stand for.</summary>
internal static class AugmentationPresets
{
    public const string Key = "augmentation.preset";

    /// <summary>With these words begins the origin of a value that a preset gave.</summary>
    public const string Origin = "preset ";

    private static readonly string[] Untouched = [Key, "augmentation.enabled", "augmentation.off_last_epochs"];

    /// <summary>
    /// One source's values, before all others those of the preset that it names: every augmentation gets its value or is switched off.
    /// </summary>
    public static IEnumerable<ConfigurationValue> Expand(IReadOnlyList<ConfigurationValue> source)
    {
        if (source.LastOrDefault(value => value.Key == Key) is not { } named)
            return source;
        var preset = Enum.GetValues<AugmentationPreset>().Cast<AugmentationPreset?>().FirstOrDefault(one => OptionKey.Write(one) == named.Text);
        return Values(preset, Origin + named.Text).Concat(source);
    }

    /// <summary>The values of a preset under all keys of augmentations.</summary>
    public static IEnumerable<ConfigurationValue> Values(AugmentationPreset? preset, string origin)
    {
        var set = Of(preset);
        return ConfigurationTable.Keys.Where(key => key.Section == "augmentation" && !key.IsOfProgram && !Untouched.Contains(key.Name)).Select(
            key => new ConfigurationValue(key.Name, set.GetValueOrDefault(key.OptionName) ?? OptionKey.Write(key.DefaultValue), origin));
    }

    private static Dictionary<string, string> Of(AugmentationPreset? preset) => preset switch
    {
        AugmentationPreset.Photo => new()
        {
            ["horizontal_flip"] = "0.5", ["random_resized_crop"] = "0.35", ["color_jitter"] = "0.2", ["color_jitter_hue"] = "0.02", ["fill"] = "edge",
        },
        AugmentationPreset.Object => new()
        {
            ["horizontal_flip"] = "0.5", ["rotation"] = "15", ["random_resized_crop"] = "0.5", ["fill"] = "edge",
        },
        AugmentationPreset.Document => new() { ["shift"] = "0.05", ["fill"] = "edge" },
        AugmentationPreset.Texture => new()
        {
            ["horizontal_flip"] = "0.5", ["quarter_turn"] = "1", ["fill"] = "edge",
        },
        _ => [],
    };
}
