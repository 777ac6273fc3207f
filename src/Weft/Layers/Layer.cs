namespace Weft;

/// <summary>
/// A piece of a network's description. Descriptions are immutable and hold no weights: <see cref="Network.Compile"/> turns one
/// into buffers and kernels for a device and a batch size.
/// </summary>
public abstract record Layer
{
    // A layer of one's own derives from CompositeLayer or CustomLayer, which say what it is made of or computes.
    private protected Layer() { }

    /// <summary>
    /// The layer's part of its parameters' names ("conv1" gives "conv1.weight"). Default: its index in the enclosing <see cref="Sequential"/>. An empty one
    /// adds no part.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The shape this layer gives to <paramref name="input"/>.</summary>
    /// <exception cref="NetworkException">The layer does not fit; <paramref name="path"/> names it.</exception>
    internal virtual FeatureShape Infer(FeatureShape input, string path) => NetworkGraph.InferOutput(this, input, path);

    /// <summary>The weights and running statistics of this layer over <paramref name="input"/>, in the order of PyTorch's <c>state_dict</c>.</summary>
    internal virtual IEnumerable<LayerTensor> TensorsFor(FeatureShape input) => [];

    /// <summary>What <see cref="NetworkCut"/> must know of it.</summary>
    internal virtual LayerTraits Traits => LayerTraits.None;

    /// <summary>Adds this layer to a graph: a node of its own, or those of the layers that it is made of.</summary>
    internal virtual GraphValue AddTo(NetworkGraph graph, GraphValue input, string path) => graph.AddNode(this, path, Infer(input.Shape, path), input);

    private protected void Require(bool condition, string path, string expected, string received, string? advice = null)
    {
        if (!condition)
            throw new NetworkException(this, path, expected, received, advice);
    }

    private protected FeatureShape Pool(FeatureShape input, Size2d kernel, Size2d stride, Padding2d padding, bool ceilMode, string path)
    {
        Require(kernel.IsPositive && stride.IsPositive && padding.IsValid && padding.IsAtMostHalf(kernel), path,
            "a positive kernel and stride and a padding of at most half the kernel", $"{this}");
        return Window(input, input.Channels, kernel, 1, stride, padding, path, ceilMode);
    }

    private protected FeatureShape Window(
        FeatureShape input, int channels, Size2d kernel, Size2d dilation, Size2d stride, Padding2d padding, string path, bool ceilMode = false)
    {
        long height = (long)dilation.Height * (kernel.Height - 1) + 1, width = (long)dilation.Width * (kernel.Width - 1) + 1;
        long rows = (long)input.Height + padding.Top + padding.Bottom, columns = (long)input.Width + padding.Left + padding.Right;
        Require(rows >= height && columns >= width, path, $"an input of at least {height}x{width} with its padding of {padding}", $"{input}");
        Require(Math.Max(rows, columns) <= int.MaxValue, path, "fewer than 2^31 rows and columns", $"{rows}x{columns} with padding");
        return new FeatureShape(
            Windows(rows - height, stride.Height, input.Height + padding.Top, ceilMode),
                Windows(columns - width, stride.Width, input.Width + padding.Left, ceilMode), channels);
    }

    // A window that begins behind the image would see nothing of it.
    private static int Windows(long room, int stride, int end, bool ceilMode)
    {
        var windows = room / stride + 1;
        return (int)(ceilMode && room % stride > 0 && windows * stride < end ? windows + 1 : windows);
    }
}
