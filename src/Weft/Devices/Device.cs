namespace Weft;

/// <summary>Where a network computes. A second kind (CUDA) stands here beside <see cref="CpuDevice"/>; nothing above knows which it is.</summary>
public abstract class Device : IDisposable
{
    private protected Device() { }

    /// <summary>For people: processor, threads, vector width.</summary>
    public abstract string Summary { get; }

    public abstract void Dispose();

    /// <summary>Lowers a graph to this device's own operations and memory.</summary>
    /// <param name="takesMemory">False: only how much it would take is wanted, and the plan cannot run.</param>
    internal abstract DevicePlan Plan(NetworkGraph graph, CompileOptions options, bool takesMemory = true);
}
