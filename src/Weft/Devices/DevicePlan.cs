using Weft.Devices.Cpu;

namespace Weft;

/// <summary>A graph lowered for a device and a batch size: operations in order, with all memory in place.</summary>
internal abstract class DevicePlan : IDisposable
{
    public abstract IReadOnlyList<Operation> Operations { get; }

    public abstract IReadOnlyList<ParameterSlot> Parameters { get; }

    /// <summary>Parameters and statistics, in the description's order.</summary>
    public abstract IReadOnlyList<ParameterSlot> State { get; }

    public abstract long MemoryBytes { get; }

    /// <summary>Bytes of every value that has memory of its own, with the path of the layer that computes it; the input's is not a layer's.</summary>
    public abstract IEnumerable<(string Layer, long Bytes)> Activations { get; }

    /// <summary>[batch, classes].</summary>
    public abstract Span<float> Logits { get; }

    /// <summary>[batch, classes]; empty without training.</summary>
    public abstract Span<float> LogitsGradient { get; }

    /// <summary>[batch, H, W, C], dense; only where <see cref="CompileOptions.InputGradient"/> asked for it.</summary>
    public abstract Span<float> InputGradient { get; }

    /// <summary>Weights changed: whatever was derived from them is stale.</summary>
    public abstract void InvalidateWeights();

    public abstract void Load(ReadOnlySpan<float> images, int count);

    public abstract void Forward(in Pass pass);

    public abstract void Backward(in Pass pass);

    /// <summary>Called after each operation's pass, for measurements.</summary>
    public Action<Operation, bool>? Finished { get; set; }

    public abstract string? FindNonFinite(int count);

    public abstract void Dispose();
}
