using Weft.Devices.Cpu;

namespace Weft;

/// <summary>What a parameter does; optimizers leave norms and biases out of weight decay by it.</summary>
public enum ParameterKind
{
    Weight = 1,
    Bias = 2,
    NormScale = 3,
    NormShift = 4,
}

/// <summary>
/// A trainable tensor in the engine's own layout (element-wise work only; <see cref="Network.State"/> has PyTorch's layout). Value and gradient live in
/// native memory of the network and die with it.
/// </summary>
public sealed unsafe class Parameter
{
    private readonly float* _value;
    private readonly float* _gradient;

    internal Parameter(string name, ParameterKind kind, TensorLayout layout, float* value, float* gradient)
    {
        Name = name;
        Kind = kind;
        Layout = layout;
        _value = value;
        _gradient = gradient;
    }

    public string Name { get; }

    public ParameterKind Kind { get; }

    /// <summary>Floats in memory; a layout may hold more than the tensor has elements, the rest is zero in value and gradient.</summary>
    public int Length => Layout.StorageLength;

    public Span<float> Value => new(_value, Length);

    /// <summary>dLoss/dValue of the last <see cref="Network.Backward"/>.</summary>
    public Span<float> Gradient => new(_gradient, Length);

    internal TensorLayout Layout { get; }

    /// <summary>Whether an <see cref="IGradientTaker"/> gets the gradient, if there is one.</summary>
    internal bool IsHandedOver { get; init; }

    internal float* UnsafeValue => _value;

    internal float* UnsafeGradient => _gradient;

    /// <summary>A state tensor of this parameter's shape over memory laid out like <see cref="Value"/> (an optimizer's moment, say).</summary>
    public StateTensor StateOver(string name, NativeBuffer memory) => new(name, Layout, memory.Pointer);
}
