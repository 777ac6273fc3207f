using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Weft.Devices.Cpu;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>What the machine gives at best at this moment, to read the rates by.</summary>
/// <param name="GigaFlops">Multiply-adds on registers alone.</param>
/// <param name="Gigabytes">Read and written a second by copying 64 MB to 64 MB.</param>
internal sealed unsafe record Ceilings(double GigaFlops, double Gigabytes)
{
    private const int Repeats = 1 << 22;
    private const int Chains = 12; // more than the latency (4 cycles) times the units (2), fewer than there are registers
    private const int CopyLength = 16 * 1024 * 1024;
    private const int CopyPart = 64 * 1024;

    public static Ceilings Measure(int threads)
    {
        using var team = new WorkerTeam(threads);
        using var from = new NativeBuffer(CopyLength);
        using var to = new NativeBuffer(CopyLength);
        var burn = new BurnWork();
        var copy = new CopyWork(Values.Start(from.Span), Values.Start(to.Span));
        double flops = 2.0 * Chains * VectorKernels.Best.Lanes * Repeats * threads, bytes = 2.0 * CopyLength * sizeof(float);
        return new Ceilings(flops / Best(team, threads, ref burn) / 1e9, bytes / Best(team, CopyLength / CopyPart, ref copy) / 1e9);
    }

    private static double Best<TWork>(WorkerTeam team, int tasks, ref TWork work)
        where TWork : struct, IWork
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < 10; i++)
        {
            var start = Stopwatch.GetTimestamp();
            team.Run(tasks, ref work);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private struct BurnWork : IWork
    {
        // Kept, so that the chains are not dropped as useless.
        public float Sum;

        public void Run(int task, int worker) => Sum = VectorKernels.Best.Lanes switch
        {
            16 => Burn<Width512, Vector512<float>>(),
            8 => Burn<Width256, Vector256<float>>(),
            4 => Burn<Width128, Vector128<float>>(),
            _ => Burn<Width32, float>(),
        };
    }

    private readonly struct CopyWork(float* from, float* to) : IWork
    {
        public void Run(int task, int worker) => VectorKernels.Copy(from + task * CopyPart, to + task * CopyPart, CopyPart);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Burn<TW, TV>()
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV x = TW.Broadcast(0.999f), y = TW.Broadcast(0.001f);
        TV a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (var n = 0; n < Repeats; n++)
        {
            a = TW.MultiplyAdd(a, x, y);
            b = TW.MultiplyAdd(b, x, y);
            c = TW.MultiplyAdd(c, x, y);
            d = TW.MultiplyAdd(d, x, y);
            e = TW.MultiplyAdd(e, x, y);
            f = TW.MultiplyAdd(f, x, y);
            g = TW.MultiplyAdd(g, x, y);
            h = TW.MultiplyAdd(h, x, y);
            i = TW.MultiplyAdd(i, x, y);
            j = TW.MultiplyAdd(j, x, y);
            k = TW.MultiplyAdd(k, x, y);
            l = TW.MultiplyAdd(l, x, y);
        }

        return TW.Sum(TW.Add(TW.Add(TW.Add(a, b), TW.Add(c, d)), TW.Add(TW.Add(TW.Add(e, f), TW.Add(g, h)), TW.Add(TW.Add(i, j), TW.Add(k, l)))));
    }
}
