namespace Weft;

/// <summary>The largest value of each window; the gradient goes to the first largest one in reading order. Padding counts as −∞.
/// <para>Shapes: [N, C, H, W] → [N, C, ⌊(H + 2·padding − kernel)/stride⌋ + 1, …].</para></summary>
public sealed record MaxPool2d(int Kernel) : Layer
{
    /// <value>Default: the kernel's size (windows do not overlap).</value>
    public int Stride { get; init; } = Kernel;

    /// <value>Default: 0. At most half the kernel.</value>
    public int Padding { get; init; }

    internal override FeatureShape Infer(FeatureShape input, string path)
    {
        Require(Kernel >= 1 && Stride >= 1 && Padding >= 0 && 2 * Padding <= Kernel, path, $"a positive kernel and stride and a padding of at most half the kernel, but received {this}");
        return Window(input, input.Channels, Kernel, Stride, Padding, path);
    }
}
