using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>Which augmentations are on and how strong: the section <c>augmentation</c> of a configuration.</summary>
public sealed record AugmentationOptions : OptionsRecord, IOptionRules
{
    /// <summary>The streams that belong to the drawing of partners and not to an augmentation.</summary>
    internal const ulong PartnerStream = 6;

    public static AugmentationOptions None { get; } = new();

    [Description("Whether the augmentations below are applied at all.")]
    public bool Enabled { get; init; } = true;

    /// <summary>What is applied: at most one of each type, in the order of their kinds and streams, whatever the order here.</summary>
    public OptionsSet<Augmentation> Applied { get; init; } = [];

    [Description("What moves in where pixels of a picture are moved away: black, the data set's mean, or the values at the picture's edge.")]
    public AugmentationFill Fill { get; init; } = AugmentationFill.Black;

    [Description("The last epochs go without any augmentation."), Range(0, 100_000)]
    public int OffLastEpochs { get; init; }

    /// <summary>Whether any is on.</summary>
    public bool IsOn => Enabled && Applied.Any(augmentation => augmentation.IsOn);

    /// <summary>Those of a kind that are on, in the order they apply.</summary>
    internal IReadOnlyList<TKind> OfKind<TKind>() where TKind : Augmentation =>
        [.. Applied.OfType<TKind>().Where(one => one.IsOn).OrderBy(one => one.Order).ThenBy(one => one.Stream)];

    IEnumerable<Problem> IOptionRules.Conflicts() => Applied.Validate();
}

/// <summary>What surrounds an image whose pixels are moved. Numbers are stored in configurations: append only.</summary>
public enum AugmentationFill
{
    Black = 1,

    /// <summary>The mean of each channel, which is 0 after normalization.</summary>
    Mean = 2,

    /// <summary>The nearest pixel of the image.</summary>
    Edge = 3,
}
