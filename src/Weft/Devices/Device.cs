namespace Weft;

/// <summary>Where a network computes. What lies above the seam knows this class, and no kind of it.</summary>
public abstract class Device : IDisposable
{
    private protected Device() { }

    /// <summary>One line for people: processor, threads, vector width.</summary>
    public abstract string Summary { get; }

    /// <summary>Threads of this process that compute.</summary>
    public abstract int Threads { get; }

    /// <summary>What the last digits of a result depend on, besides the seed: recorded with runs and checkpoints.</summary>
    public abstract NumericProfile NumericProfile { get; }

    public abstract void Dispose();

    /// <summary>Compiles a graph to this device's own operations and memory. All tensors are zeros.</summary>
    internal abstract CompiledGraph Compile(NetworkGraph graph, CompileOptions options);

    /// <summary>What <see cref="Compile"/> would take, found without taking it.</summary>
    internal abstract NetworkMemory Measure(NetworkGraph graph, CompileOptions options);
}

/// <summary>Two devices with equal profiles give the same bits.</summary>
/// <param name="Kind">The kind of device, "cpu".</param>
/// <param name="VectorBits">Width of the vectors that sums are cut into, in bits.</param>
public readonly record struct NumericProfile(string Kind, int VectorBits);
