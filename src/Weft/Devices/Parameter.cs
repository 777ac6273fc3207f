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

    /// <summary>dLoss/dValue of the last <see cref="Network.Backward"/>; not filled where that pass gave it to an optimizer.</summary>
    public DeviceTensor Gradient { get; }
}
