namespace Weft;

/// <summary>The largest value of each window; the gradient goes to the first largest one in reading order. Padding counts as −∞.
/// <para>Shapes: [N, C, H, W] → [N, C, ⌊(H + top + bottom − kernel)/stride⌋ + 1, …].</para></summary>
public sealed record MaxPool2d(Size2d Kernel) : Layer
{
    /// <value>Default: the kernel's size (windows do not overlap).</value>
    public Size2d Stride { get; init; } = Kernel;

    /// <value>Default: 0. At most half the kernel.</value>
    public Padding2d Padding { get; init; }

    /// <summary>Whether the number of windows is rounded up; the last one then sees what is left of the image. No window begins behind the image.</summary>
    /// <value>Default: false.</value>
    public bool CeilMode { get; init; }

    internal override LayerTraits Traits => LayerTraits.Head | LayerTraits.Pool;

    internal override FeatureShape Infer(FeatureShape input, string path) => Pool(input, Kernel, Stride, Padding, CeilMode, path);
}
