using System.Runtime.InteropServices;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// Ctrl-C, <c>SIGTERM</c> and <c>SIGHUP</c>: the first asks the command to finish its step and save (through <see cref="Token"/>), the second ends the process
/// at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action<ExitCode> _first;
    private readonly Action<ExitCode> _second;
    private int _received;

    /// <param name="first">Told of the first signal, on another thread.</param>
    /// <param name="second">Told of the second before the process ends: the place to give the terminal its cursor back.</param>
    public StopSignals(Action<ExitCode> first, Action<ExitCode> second)
    {
        _first = first;
        _second = second;
        foreach (var (signal, code) in new[] { (PosixSignal.SIGINT, ExitCode.Interrupted),
            (PosixSignal.SIGTERM, ExitCode.Terminated), (PosixSignal.SIGHUP, ExitCode.Hangup) })
            _registrations.Add(PosixSignalRegistration.Create(signal, context => { context.Cancel = true; Receive(code); }));
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>The exit code of the first signal, or null when none came.</summary>
    public ExitCode? Received { get; private set; }

    /// <summary>Does what <see cref="Token"/> may stop.</summary>
    /// <returns>Its own exit code, or that of the signal which stopped it.</returns>
    public ExitCode Run(Func<ExitCode> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException) when (Received is { } signal)
        {
            return signal;
        }
    }

    private void Receive(ExitCode code)
    {
        if (Interlocked.Increment(ref _received) == 1)
        {
            Received = code;
            _first(code);
            _stop.Cancel();
            return;
        }
        _second(code);
        Environment.Exit((int)code);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }
}
