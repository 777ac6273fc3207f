namespace Weft.Kernels;

/// <summary>The sizes of a convolution. N batch, C input channels, K output channels, R kernel rows, S kernel columns.</summary>
internal readonly record struct ConvolutionShape(
    int C, int K, Size2d Kernel, Size2d Stride, Padding2d Padding, int Height, int Width, int OutputHeight, int OutputWidth)
{
    public Size2d Dilation { get; init; } = 1;

    public int Groups { get; init; } = 1;

    public int Taps => Kernel.Height * Kernel.Width;

    /// <summary>Rows and columns from the kernel's first tap to its last.</summary>
    public Size2d Reach => ((Kernel.Height - 1) * Dilation.Height + 1, (Kernel.Width - 1) * Dilation.Width + 1);

    public int GroupInputs => C / Groups;

    public int GroupOutputs => K / Groups;

    /// <summary>Products in the sum of one output.</summary>
    public int Terms => Taps * GroupInputs;

    public long WeightCount => (long)Terms * K;

    public int OutputPixels => OutputHeight * OutputWidth;

    public long FlopsPerImage => 2L * OutputPixels * Terms * K;

    /// <summary>Rows and columns of zeros that a kernel reads above and left of the image.</summary>
    public int HaloBefore => Math.Max(Padding.Top, Padding.Left);

    /// <summary>Rows and columns of zeros that a kernel reads below and right of the image.</summary>
    public int HaloAfter => Math.Max(0, Math.Max(
        (OutputHeight - 1) * Stride.Height + Reach.Height - Padding.Top - Height, (OutputWidth - 1) * Stride.Width + Reach.Width - Padding.Left - Width));
}
