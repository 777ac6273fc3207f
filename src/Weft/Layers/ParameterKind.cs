namespace Weft;

/// <summary>What a parameter does; optimizers leave norms and biases out of weight decay by it.</summary>
public enum ParameterKind
{
    Weight = 1,
    Bias = 2,
    NormScale = 3,
    NormShift = 4,
}
