namespace Weft;

/// <summary>Which function of an element; ReLU has kernels of its own.</summary>
internal enum ActivationKind
{
    LeakyReLU = 1,
    ELU = 2,
    GELU = 3,
    SiLU = 4,
    Mish = 5,
    ReLU6 = 6,
    Sigmoid = 7,
}

/// <summary>An activation with its number (slope of leaky ReLU, α of ELU, unused by the others).</summary>
internal readonly record struct ActivationFunction(ActivationKind Kind, float Parameter)
{
    /// <summary>Whether the slope at an input is also the slope at its output, so that the output may take the input's place.</summary>
    public bool SlopeFollowsFromOutput => Kind == ActivationKind.ReLU6 || (Kind == ActivationKind.LeakyReLU && Parameter >= 0);
}
