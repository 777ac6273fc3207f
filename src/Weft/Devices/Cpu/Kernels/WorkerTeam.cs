using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Weft.Kernels;

/// <summary>A piece of parallel work: <see cref="Run"/> is called once for every task, on any worker, in any order.</summary>
/// <remarks>A task writes only what belongs to it and its extent must not depend on the number of workers; then neither do the results' bits.</remarks>
internal interface IWork
{
    /// <param name="task">0 … tasks − 1.</param>
    /// <param name="worker">0 … <see cref="WorkerTeam.Size"/> − 1: which worker's scratch memory may be used.</param>
    void Run(int task, int worker);
}

/// <summary>
/// Threads that share the tasks of one phase after another; the only place of the engine with threads. The calling thread is worker 0. Waiting workers
/// spin for some tens of microseconds, the usual gap between two phases, and then sleep. A worker that is late finds the phase closed and is not waited for:
/// with more workers than free cores the others do its share.
/// </summary>
internal sealed unsafe class WorkerTeam : IDisposable
{
    private const int SpinsBeforeSleep = 2000; // about 50 µs: longer than the serial gaps inside a step, shorter than a scheduler's time slice

    // The state in one word, so that a worker joins a phase only while it is open: workers inside, the open bit, the phase's number.
    private const long Inside = 0xFFFF;
    private const long Open = Inside + 1;
    private const long NextPhase = 2 * Open;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private delegate*<void*, int, int, void> _invoke;
    private void* _work;
    private int _taskCount;
    private int _nextTask;
    private long _phase;
    private long _state;
    private int _sleeping;
    private bool _stop;
    private ExceptionDispatchInfo? _failure;

    public WorkerTeam(int size)
    {
        Size = size;
        _threads = new Thread[size - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"weft worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Size { get; }

    /// <summary>Runs tasks 0 … <paramref name="tasks"/> − 1 and returns when all are done. The first exception of a task is thrown again here.</summary>
    public void Run<TWork>(int tasks, ref TWork work)
        where TWork : struct, IWork
    {
        if (Size == 1 || tasks <= 1)
        {
            for (var task = 0; task < tasks; task++)
                work.Run(task, 0);
            return;
        }

        _invoke = &Invoke<TWork>;
        _work = Unsafe.AsPointer(ref work); // the caller's stack slot: alive, and not moved, until this method returns
        _taskCount = tasks;
        _nextTask = 0;
        _phase += NextPhase;
        Interlocked.Exchange(ref _state, _phase | Open);
        Wake();
        Drain(0);
        Interlocked.And(ref _state, ~Open);
        var wait = new SpinWait();
        while ((Volatile.Read(ref _state) & Inside) != 0)
            wait.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        Interlocked.MemoryBarrier();
        Wake();
        foreach (var thread in _threads)
            thread.Join();
    }

    private static void Invoke<TWork>(void* work, int task, int worker)
        where TWork : struct, IWork => Unsafe.AsRef<TWork>(work).Run(task, worker);

    // The caller opens the phase before it looks for sleepers, a sleeper counts itself before it looks at the phase: one of them sees the other.
    private void Wake()
    {
        if (Volatile.Read(ref _sleeping) == 0)
            return;
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private void Work(int worker)
    {
        long seen = 0;
        while (!Volatile.Read(ref _stop))
        {
            var state = Volatile.Read(ref _state);
            if (!IsNew(state, seen))
            {
                AwaitPhaseAfter(seen);
                continue;
            }

            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
                continue;
            seen = PhaseOf(state);
            Drain(worker);
            Interlocked.Decrement(ref _state);
        }
    }

    private static long PhaseOf(long state) => state & ~(Open | Inside);

    private static bool IsNew(long state, long seen) => (state & Open) != 0 && PhaseOf(state) != seen;

    private bool MustWait(long seen) => !IsNew(Volatile.Read(ref _state), seen) && !Volatile.Read(ref _stop);

    private void AwaitPhaseAfter(long seen)
    {
        for (var spin = 0; spin < SpinsBeforeSleep; spin++)
        {
            if (!MustWait(seen))
                return;
            Thread.SpinWait(8);
        }

        lock (_gate)
        {
            Interlocked.Increment(ref _sleeping);
            while (MustWait(seen))
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleeping);
        }
    }

    private void Drain(int worker)
    {
        try
        {
            int task;
            while ((task = Interlocked.Increment(ref _nextTask) - 1) < _taskCount)
                _invoke(_work, task, worker);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }
}
