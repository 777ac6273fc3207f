namespace Weft;

/// <summary>The mean of each window. Padding counts as zeros, and in the divisor if <see cref="CountIncludePad"/> says so.
/// <para>Shapes: [N, C, H, W] → [N, C, ⌊(H + top + bottom − kernel)/stride⌋ + 1, …].</para></summary>
public sealed record AveragePool2d(Size2d Kernel) : Layer
{
    /// <value>Default: the kernel's size.</value>
    public Size2d Stride { get; init; } = Kernel;

    /// <value>Default: 0. At most half the kernel.</value>
    public Padding2d Padding { get; init; }

    /// <summary>
    /// Whether the number of windows is rounded up; what a last window reaches beyond the padding is not in its divisor. No window begins behind the image.
    /// </summary>
    /// <value>Default: false.</value>
    public bool CeilMode { get; init; }

    /// <summary>Whether a window is divided by all it covers, padding included, or by what it covers of the image.</summary>
    /// <value>Default: true, as PyTorch (ONNX's is false).</value>
    public bool CountIncludePad { get; init; } = true;

    internal override LayerTraits Traits => LayerTraits.Head | LayerTraits.Pool;

    internal override FeatureShape Infer(FeatureShape input, string path) => Pool(input, Kernel, Stride, Padding, CeilMode, path);
}
