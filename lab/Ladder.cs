using Weft.Devices.Cpu;
using Weft.Kernels;

namespace Weft.Lab;

/// <summary>One way to compute the ladder's result.</summary>
/// <param name="Why">What makes it faster than the rung below.</param>
/// <param name="Run">Computes the whole result once.</param>
internal sealed record Rung(string Name, string Why, Action Run);

/// <summary>Work on samples (or elements) first … end − 1.</summary>
/// <param name="worker">Whose scratch memory may be used.</param>
internal delegate void Part(int first, int end, int worker);

/// <summary>A kernel's operands, its definition, and the ways to compute it from the plainest to the engine's.</summary>
internal abstract class Ladder(int threads) : IDisposable
{
    private readonly List<NativeBuffer> _memory = [];
    private readonly Lazy<WorkerTeam> _team = new(() => new WorkerTeam(threads));

    public int Threads => threads;

    /// <summary>What is computed and in which sizes.</summary>
    public abstract string Title { get; }

    /// <summary>"GFLOP" or "GB".</summary>
    public abstract string Unit { get; }

    /// <summary>Of the definition, in billions of operations or bytes.</summary>
    public abstract double Work { get; }

    /// <summary>The largest relative L2 error of a right rung.</summary>
    public abstract double Bound { get; }

    public abstract IReadOnlyList<Rung> Rungs { get; }

    /// <summary>Operands as they were, and nothing left of the last result.</summary>
    public abstract void Reset();

    /// <summary>
    /// Relative L2 distance of the last result from the definition, which is computed in double where it would take too long for all of it: for samples of it.
    /// </summary>
    public abstract double Error();

    public void Dispose()
    {
        Close();
        if (_team.IsValueCreated)
            _team.Value.Dispose();
        foreach (var buffer in _memory)
            buffer.Dispose();
    }

    /// <summary>Lets go of what the ladder holds beside its memory.</summary>
    protected abstract void Close();

    /// <summary>Floats that live as long as the ladder, all zero.</summary>
    protected unsafe float* Allocate(long length)
    {
        var buffer = new NativeBuffer(length);
        _memory.Add(buffer);
        return Values.Start(buffer.Span);
    }

    /// <summary>Cuts <paramref name="count"/> into parts of <paramref name="length"/> and spreads them over the threads.</summary>
    protected void ForParts(int count, int length, Part part)
    {
        var work = new PartWork(count, length, part);
        _team.Value.Run((count + length - 1) / length, ref work);
    }

    private readonly struct PartWork(int count, int length, Part part) : IWork
    {
        public void Run(int task, int worker) => part(task * length, Math.Min(count, (task + 1) * length), worker);
    }
}
