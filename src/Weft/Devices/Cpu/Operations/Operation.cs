using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// A node of the compiled graph: knows its feature maps and parameters and calls kernels. Built in three moves: the constructor says what it needs (halo,
/// parameters, scratch), <see cref="Bind"/> is called once all memory has its place, then the passes run.
/// </summary>
/// <remarks>Backward passes read an operation's inputs, never its output: the next one may have changed that in place.</remarks>
internal abstract class Operation(string path) : IDisposable
{
    public string Path { get; } = path;

    /// <summary>The value this operation computes.</summary>
    public ValueStorage Output { get; set; } = null!;

    /// <summary><see cref="Output"/>, or of several operations in one step the outputs of all.</summary>
    public virtual IEnumerable<ValueStorage> Outputs => [Output];

    /// <summary>Whether the loss depends on a parameter through this operation.</summary>
    public bool NeedsBackward { get; set; }

    /// <summary>For people: the algorithm and the shape.</summary>
    public abstract string Summary { get; }

    /// <summary>Multiplications and additions of a forward pass over one sample, counted directly (as a plain loop would do them).</summary>
    public virtual long FlopsPerSample => 0;

    /// <summary>As <see cref="FlopsPerSample"/>, but what the chosen algorithm really multiplies and adds in its matrix products.</summary>
    public virtual long RealFlopsPerSample => FlopsPerSample;

    /// <summary>Weights and running statistics, in the layer's order.</summary>
    public virtual IEnumerable<TensorSlot> Tensors => [];

    /// <summary>The values whose gradients this operation writes.</summary>
    public virtual IEnumerable<ValueStorage> Differentiated => [];

    /// <summary>Called in forward order once all values have their place: who comes first in the backward pass overwrites, the others add.</summary>
    public virtual void RegisterGradients()
    {
        foreach (var value in Differentiated)
            value.AddDifferentiator(this);
    }

    /// <summary>Values whose gradients this operation reads in its backward pass beside that of its output.</summary>
    public virtual IEnumerable<ValueStorage> GradientsRead => [];

    /// <summary>Floats of scratch for each worker, and floats shared by all, during one of this operation's passes.</summary>
    public virtual (long PerWorker, long Shared) Scratch => (0, 0);

    public virtual void Bind(CpuContext context) { }

    public abstract void Forward(in Pass pass);

    public abstract void Backward(in Pass pass);

    /// <summary>Bytes of memory beyond what the plan places, which <see cref="Bind"/> takes.</summary>
    public virtual long OwnBytes(CompileOptions options) => 0;

    public virtual void Dispose() { }

    public OperationInfo ToInfo() =>
        new(Path, Summary, Tensors.Where(slot => slot.Tensor.IsTrainable).Sum(slot => (long)slot.Tensor.Length), FlopsPerSample, RealFlopsPerSample);
}

/// <summary>What the operations of a network share: the team, the kernels, scratch memory.</summary>
internal sealed unsafe class CpuContext(WorkerTeam team, VectorKernels kernels, CompileOptions options)
{
    public WorkerTeam Team { get; } = team;

    public VectorKernels Kernels { get; } = kernels;

    public CompileOptions Options { get; } = options;

    public int BatchSize => Options.BatchSize;

    /// <summary>Grows with every change of a weight: operations that keep derived weights (packed, transformed) renew them.</summary>
    public long WeightsVersion => Tensors.Version;

    public required CpuTensors Tensors { get; init; }

    public float* SharedScratch { get; set; }

    public float* WorkerScratchBase { get; set; }

    public long WorkerScratchLength { get; set; }

    public float* WorkerScratch(int worker) => WorkerScratchBase + worker * WorkerScratchLength;
}
