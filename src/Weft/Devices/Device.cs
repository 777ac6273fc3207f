namespace Weft;

/// <summary>Where a network computes. A second kind (CUDA) stands here beside <see cref="CpuDevice"/>; nothing above knows which it is.</summary>
public abstract class Device : IDisposable
{
    private protected Device() { }

    /// <summary>For people: processor, threads, vector width.</summary>
    public abstract string Summary { get; }

    public abstract void Dispose();
}

/// <summary>The processor's cores, through a team of worker threads. Results have the same bits for every number of threads.</summary>
public sealed class CpuDevice : Device
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not in 1…256.</exception>
    public CpuDevice(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 256);
        Threads = threads;
    }

    public int Threads { get; }

    /// <summary>Lanes of 32-bit floats the kernels use at once: 16, 8, 4 or 1.</summary>
    public static int VectorLanes => System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? 16
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? 8
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? 4 : 1;

    public override string Summary => $"CPU, {Threads} threads, {VectorLanes * 32}-bit vectors";

    public override void Dispose() { }
}
