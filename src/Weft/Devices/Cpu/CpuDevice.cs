using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>The processor: a team of threads and the kernels of a vector width.</summary>
internal sealed class CpuDevice : Device
{
    public CpuDevice(int threads)
        : this(threads, VectorKernels.Best)
    {
    }

    public CpuDevice(int threads, VectorKernels kernels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 256);
        Team = new WorkerTeam(threads);
        Kernels = kernels;
    }

    /// <summary>Lanes of 32-bit floats the kernels use at once: 16, 8, 4 or 1.</summary>
    public static int VectorLanes => VectorKernels.Best.Lanes;

    public override int Threads => Team.Size;

    public override NumericProfile NumericProfile => new("cpu", Kernels.Lanes * 32);

    public override string Summary => $"CPU, {Threads} {(Threads == 1 ? "thread" : "threads")}, {NumericProfile.VectorBits}-bit vectors";

    public WorkerTeam Team { get; }

    public VectorKernels Kernels { get; }

    public override void Dispose() => Team.Dispose();

    internal override CompiledGraph Compile(NetworkGraph graph, CompileOptions options) => new CpuGraph(graph, Team, Kernels, options);

    internal override NetworkMemory Measure(NetworkGraph graph, CompileOptions options)
    {
        using var sizes = new CpuGraph(graph, Team, Kernels, options, takesMemory: false);
        return sizes.Memory;
    }
}
