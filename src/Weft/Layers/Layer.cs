namespace Weft;

/// <summary>
/// A piece of a network's description. Descriptions are immutable and hold no weights: <see cref="Network.Compile"/> turns one
/// into buffers and kernels for a device and a batch size.
/// </summary>
public abstract record Layer
{
    /// <summary>The layer's part of its parameters' names ("conv1" gives "conv1.weight"). Default: its index in the enclosing <see cref="Sequential"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The shape this layer gives to <paramref name="input"/>.</summary>
    /// <exception cref="NetworkException">The layer does not fit; <paramref name="path"/> names it.</exception>
    internal abstract FeatureShape Infer(FeatureShape input, string path);

    private protected void Require(bool condition, string path, string expectation)
    {
        if (!condition)
            throw new NetworkException($"{GetType().Name} \"{path}\" expects {expectation}.") { Layer = this };
    }

    private protected FeatureShape Window(FeatureShape input, int channels, int kernel, int stride, int padding, string path)
    {
        int Size(int length) => (length + 2 * padding - kernel) / stride + 1;
        Require(input.Height + 2 * padding >= kernel && input.Width + 2 * padding >= kernel, path,
            $"an input of at least {kernel}x{kernel} with its padding of {padding}, but received {input}");
        return new FeatureShape(Size(input.Height), Size(input.Width), channels);
    }
}
