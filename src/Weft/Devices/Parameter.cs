namespace Weft;

/// <summary>A trainable tensor with its gradient.</summary>
public sealed class Parameter
{
    internal Parameter(ParameterKind kind, DeviceTensor value, DeviceTensor gradient)
    {
        Kind = kind;
        Value = value;
        Gradient = gradient;
    }

    public string Name => Value.Name;

    public ParameterKind Kind { get; }

    public DeviceTensor Value { get; }

    /// <summary>
    /// Multiplies the learning rate of this parameter; optimizers ask for it when they are made. See <see cref="Network.DecayLearningRates"/>.
    /// </summary>
    /// <value>Default: 1.</value>
    public double LearningRateFactor { get; internal set; } = 1;

    /// <summary>dLoss/dValue of the last <see cref="Network.Backward"/>; not filled where that pass gave it to an optimizer.</summary>
    public DeviceTensor Gradient { get; }
}
