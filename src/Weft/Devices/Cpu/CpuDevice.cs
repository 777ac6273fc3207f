using Weft.Kernels;

namespace Weft;

/// <summary>The processor's cores, through a team of worker threads. Results have the same bits for every number of threads.</summary>
public sealed class CpuDevice : Device
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not in 1…256.</exception>
    public CpuDevice(int threads)
        : this(threads, VectorKernels.Best)
    {
    }

    internal CpuDevice(int threads, VectorKernels kernels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 256);
        Team = new WorkerTeam(threads);
        Kernels = kernels;
    }

    /// <summary>Lanes of 32-bit floats the kernels use at once: 16, 8, 4 or 1.</summary>
    public static int VectorLanes => VectorKernels.Best.Lanes;

    public int Threads => Team.Size;

    public override string Summary => $"CPU, {Threads} {(Threads == 1 ? "thread" : "threads")}, {Kernels.Lanes * 32}-bit vectors";

    internal WorkerTeam Team { get; }

    internal VectorKernels Kernels { get; }

    public override void Dispose() => Team.Dispose();

    internal override DevicePlan Plan(NetworkGraph graph, CompileOptions options, bool takesMemory = true) =>
        new CpuPlan(graph, new CpuContext(Team, Kernels, options), takesMemory);
}
