namespace Weft;

/// <summary>A graph compiled by a device for a batch size: its operations in order, with all memory in place.</summary>
internal abstract class CompiledGraph : IDisposable
{
    public abstract DeviceTensors Tensors { get; }

    /// <summary>In the order of computation; what a device computes in one pass over memory is one.</summary>
    public abstract IReadOnlyList<OperationInfo> Operations { get; }

    public abstract long MemoryBytes { get; }

    /// <summary>[batch, classes] of the last forward pass, in the host's memory.</summary>
    public abstract ReadOnlySpan<float> Logits { get; }

    /// <summary>[batch, classes], in the host's memory, for the caller to write; empty without training.</summary>
    public abstract Span<float> LogitsGradient { get; }

    /// <summary>[batch, H, W, C], dense, in the host's memory; only where <see cref="CompileOptions.InputGradient"/> asked for it.</summary>
    public abstract ReadOnlySpan<float> InputGradient { get; }

    /// <summary>Called after each operation's pass, for measurements.</summary>
    public Action<OperationInfo, bool>? Finished { get; set; }

    /// <param name="images">[count, H, W, C], dense.</param>
    public abstract void Forward(ReadOnlySpan<float> images, in Pass pass);

    public abstract void Backward(in Pass pass);

    /// <summary>The path of the first layer whose output of the last forward pass holds a NaN or an infinity; null where none does.</summary>
    public abstract string? FindNonFiniteOutput(int count);

    public abstract void Dispose();
}

/// <summary>An operation that a network was compiled to.</summary>
/// <param name="Path">The layer's place in the network, the prefix of its parameters' names; of several layers that are computed together all paths.</param>
/// <param name="Summary">For people: the algorithm and the shape.</param>
/// <param name="Parameters">Trainable floats.</param>
/// <param name="Flops">Multiplications and additions of a forward pass over one sample, counted directly. A backward pass of a layer with weights does twice as
/// many.</param>
/// <param name="RealFlops">As <paramref name="Flops"/>, but what the chosen algorithm really does: Winograd does fewer.</param>
public sealed record OperationInfo(string Path, string Summary, long Parameters, long Flops, long RealFlops);
