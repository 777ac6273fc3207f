namespace Weft;

/// <summary>What can be chosen about any model of the catalog.</summary>
public sealed record ModelOptions
{
    /// <value>At least 2. Default: 10.</value>
    public int Classes { get; init; } = 10;

    /// <value>Default: 28×28×1.</value>
    public FeatureShape Input { get; init; } = new(28, 28, 1);

    /// <summary>Rate of the dropout before the layer that gives the logits.</summary>
    /// <value>0 to below 1; null for the model's own. Default: null.</value>
    public double? Dropout { get; init; }

    /// <summary>Rate of the dropout before a hidden fully connected layer, or (wideresnet) between the convolutions of a block; models without either do not use it.</summary>
    /// <value>0 to below 1; null for the model's own. Default: null.</value>
    public double? FeatureDropout { get; init; }

    /// <summary>Rate of the dropout of whole channels behind every pool that lowers the resolution.</summary>
    /// <value>0 to below 1. Default: 0 (none).</value>
    public double SpatialDropout { get; init; }

    /// <value>Default: batch.</value>
    public NormalizationName Normalization { get; init; } = NormalizationName.Batch;

    /// <summary>Groups of <see cref="NormalizationName.Group"/>; they divide the channels of every layer they stand behind.</summary>
    /// <value>At least 1. Default: 8, which divides every width of the catalog.</value>
    public int NormalizationGroups { get; init; } = 8;

    /// <value>Default: relu.</value>
    public ActivationName Activation { get; init; } = ActivationName.Relu;

    /// <summary>Number of layers, for models that come in several depths.</summary>
    /// <value>Null for the model's own. Default: null.</value>
    public int? Depth { get; init; }

    /// <summary>Factor on the channels of every hidden layer (rounded, at least 1).</summary>
    /// <value>Above 0. Default: 1.</value>
    public double Width { get; init; } = 1;

    /// <summary>Every value that makes no sense, as a sentence; empty when all is well.</summary>
    public IReadOnlyList<string> Violations()
    {
        var found = new List<string>();
        if (Classes < 2)
            found.Add($"classes is {Classes}; expected at least 2");
        if (Input.Height < 1 || Input.Width < 1 || Input.Channels < 1)
            found.Add($"the input is {Input}; expected a height, a width and channels of at least 1");
        if (!(Width > 0 && Width <= 64))
            found.Add($"width is {Width}; expected above 0 and at most 64");
        if (Dropout is { } dropout && !(dropout >= 0 && dropout < 1))
            found.Add($"dropout is {dropout}; expected at least 0 and below 1");
        if (FeatureDropout is { } feature && !(feature >= 0 && feature < 1))
            found.Add($"feature dropout is {feature}; expected at least 0 and below 1");
        if (!(SpatialDropout >= 0 && SpatialDropout < 1))
            found.Add($"spatial dropout is {SpatialDropout}; expected at least 0 and below 1");
        if (!Enum.IsDefined(Normalization))
            found.Add($"the normalization is {Normalization}; expected one of {string.Join(", ", Enum.GetNames<NormalizationName>())}");
        if (!Enum.IsDefined(Activation))
            found.Add($"the activation is {Activation}; expected one of {string.Join(", ", Enum.GetNames<ActivationName>())}");
        if (NormalizationGroups < 1)
            found.Add($"normalization groups is {NormalizationGroups}; expected at least 1");
        return found;
    }

    internal int Scale(int channels) => Math.Max(1, (int)Math.Round(channels * Width));
}
