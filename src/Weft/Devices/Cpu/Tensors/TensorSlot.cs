using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>A tensor of a layer in the layout that its operation asked for; it gets its memory when the graph is complete.</summary>
internal sealed unsafe class TensorSlot(LayerTensor tensor, TensorLayout layout)
{
    public LayerTensor Tensor { get; } = tensor;

    public TensorLayout Layout { get; } = layout;

    /// <summary>
    /// Whether the backward pass gives the gradient to an <see cref="IGradientSink"/>, if there is one, instead of filling <see cref="Gradient"/>.
    /// </summary>
    public bool GoesToSink { get; init; }

    /// <summary>Its place among the parameters of the network.</summary>
    public int Place { get; set; }

    public float* Value { get; set; }

    /// <summary>Null for a running statistic.</summary>
    public float* Gradient { get; set; }

    /// <summary>A running statistic as it was when it was kept last; null before.</summary>
    public float[]? KeptStatistic { get; set; }
}
