using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>What can be chosen about any model of the catalog.</summary>
public sealed record ModelOptions : OptionsRecord, IOptionRules
{
    [NotConfigured, Range(2, int.MaxValue)]
    public int Classes { get; init; } = 10;

    public FeatureShape Input { get; init; } = new(28, 28, 1);

    [Description("Dropout rate before the logits; none is the model's own."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? Dropout { get; init; }

    /// <summary>
    /// Rate of the dropout before a hidden fully connected layer, or (wideresnet) between the convolutions of a block; models without either do not use it.
    /// </summary>
    [Description("Dropout rate before a hidden fully connected layer; none is the model's own."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? FeatureDropout { get; init; }

    [Description("Dropout rate of whole channels after every pool that lowers the resolution."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double SpatialDropout { get; init; }

    [Description("The norm after every convolution.")]
    public NormalizationName Normalization { get; init; } = NormalizationName.Batch;

    /// <summary>
    /// Groups of <see cref="NormalizationName.Group"/>; they divide the channels of every layer they follow. 8 divides every width of the catalog.
    /// </summary>
    [Description("normalization group: into how many groups the channels are divided."), Range(1, 4096)]
    public int NormalizationGroups { get; init; } = 8;

    [Description("The activation of every hidden layer.")]
    public ActivationName Activation { get; init; } = ActivationName.Relu;

    /// <summary>Number of layers, for models that come in several depths.</summary>
    [Description("wideresnet: its layers, 6n + 4; none is 16."), Range(10, 100)]
    public int? Depth { get; init; }

    /// <summary>Factor on the channels of every hidden layer (rounded, at least 1).</summary>
    [Description("Factor on the channels of all hidden layers."), Range(0.0, 16.0, MinimumIsExclusive = true)]
    public double Width { get; init; } = 1;

    internal int Scale(int channels) => Math.Max(1, (int)Math.Round(channels * Width));

    IEnumerable<Problem> IOptionRules.Conflicts() => Input is { Height: >= 1, Width: >= 1, Channels: >= 1 }
        ? []
        : [new Problem("input", "a height, a width and channels of at least 1", $"{Input}")];
}
