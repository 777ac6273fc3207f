namespace Weft;

/// <summary>
/// A layer of your own that computes on plain floats, on every device. The whole batch comes in one call, on one thread, dense and channels last
/// ([count, height, width, channels]): simple before fast.
/// </summary>
public abstract record CustomLayer : Layer
{
    /// <summary>The shape that one sample gets.</summary>
    /// <exception cref="ArgumentException">The input does not fit; the message says what would.</exception>
    protected internal abstract FeatureShape InferOutput(FeatureShape input);

    /// <summary>The weights and statistics of the layer over such an input; none unless overridden.</summary>
    protected internal virtual IEnumerable<LayerTensor> DescribeTensors(FeatureShape input) => [];

    /// <summary>Computes the output from the input.</summary>
    protected internal abstract void Forward(in CustomForward pass);

    /// <summary>Fills the input's gradient, unless it is empty, and the gradient of every trainable tensor.</summary>
    protected internal abstract void Backward(in CustomBackward pass);

    internal sealed override IEnumerable<LayerTensor> TensorsFor(FeatureShape input) => DescribeTensors(input);

    internal sealed override FeatureShape Infer(FeatureShape input, string path)
    {
        try
        {
            return InferOutput(input);
        }
        catch (ArgumentException refused)
        {
            throw new NetworkException(this, path, "another input", $"{input}: {refused.Message.TrimEnd('.')}");
        }
    }
}

/// <summary>Memory of one of a custom layer's tensors, by its number among them.</summary>
public delegate Span<float> CustomTensors(int tensor);

/// <summary>A forward pass of a <see cref="CustomLayer"/>.</summary>
/// <param name="count">Samples of the batch.</param>
/// <param name="isTraining">Whether a backward pass follows.</param>
/// <param name="step">Number of the optimizer step; draw from it what should be random.</param>
public readonly ref struct CustomForward(int count, bool isTraining, long step, ReadOnlySpan<float> input, Span<float> output, CustomTensors tensors)
{
    public int Count { get; } = count;

    public bool IsTraining { get; } = isTraining;

    public long Step { get; } = step;

    /// <summary>The place of the first sample in the whole batch; 0 where the batch is not cut into shards.</summary>
    public int FirstSample { get; internal init; }

    /// <summary>[count, H, W, C] of the input.</summary>
    public ReadOnlySpan<float> Input { get; } = input;

    /// <summary>[count, H, W, C] of the output; holds anything before.</summary>
    public Span<float> Output { get; } = output;

    /// <summary>The layer's tensors in PyTorch's layout; statistics may be written to.</summary>
    public CustomTensors Tensors { get; } = tensors;
}

/// <summary>A backward pass of a <see cref="CustomLayer"/>, for the batch of the forward pass before it.</summary>
public readonly ref struct CustomBackward(
    int count, long step, ReadOnlySpan<float> input, ReadOnlySpan<float> outputGradient,
    Span<float> inputGradient, CustomTensors tensors, CustomTensors gradients)
{
    public int Count { get; } = count;

    public long Step { get; } = step;

    /// <summary>As in the forward pass.</summary>
    public int FirstSample { get; internal init; }

    /// <summary>[count, H, W, C] of the input.</summary>
    public ReadOnlySpan<float> Input { get; } = input;

    /// <summary>[count, H, W, C] of the output.</summary>
    public ReadOnlySpan<float> OutputGradient { get; } = outputGradient;

    /// <summary>[count, H, W, C] of the input, zeros before; empty where nobody needs it.</summary>
    public Span<float> InputGradient { get; } = inputGradient;

    /// <summary>The layer's tensors, as in the forward pass.</summary>
    public CustomTensors Tensors { get; } = tensors;

    /// <summary>The gradients of the trainable tensors, zeros before; empty for a statistic.</summary>
    public CustomTensors Gradients { get; } = gradients;
}
