namespace Weft;

/// <summary>The norm after every convolution of a catalog model. Numbers are stored in configurations: append only.</summary>
public enum NormalizationName
{
    /// <summary>Statistics over the batch: <see cref="BatchNorm2d"/>.</summary>
    Batch = 1,

    /// <summary>Statistics over all of a sample: <see cref="LayerNorm2d"/>.</summary>
    Layer = 2,

    /// <summary>Statistics over groups of channels: <see cref="GroupNorm"/> of <see cref="ModelOptions.NormalizationGroups"/>.</summary>
    Group = 3,

    /// <summary>Statistics over each channel of a sample: <see cref="InstanceNorm2d"/>.</summary>
    Instance = 4,

    /// <summary>No norm; the convolutions have a bias instead.</summary>
    None = 5,
}

/// <summary>The activation of every hidden layer of a catalog model. Numbers are stored in configurations: append only.</summary>
public enum ActivationName
{
    Relu = 1,
    LeakyRelu = 2,
    Elu = 3,
    Gelu = 4,
    Silu = 5,
    Mish = 6,
    Relu6 = 7,
    HardSwish = 8,
}
