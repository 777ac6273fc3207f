using Weft.Training;

namespace Weft.App;

/// <summary>A server as a verb runs it: until somebody ends the program.</summary>
internal static class ServedWeb
{
    /// <param name="verb">Named in the report of a failure of ours.</param>
    /// <param name="start">Gets who is told of requests that failed for a reason of ours.</param>
    /// <param name="started">Told of the address once requests are answered.</param>
    /// <param name="stopping">Ends what the server asks before that is closed. Default: there is nothing.</param>
    /// <returns>The exit code of the signal that ended it.</returns>
    /// <exception cref="WeftException">As <see cref="WebServer.Start"/>.</exception>
    public static ExitCode Run(
        Screen screen, string verb, Func<Action<Exception>, Task<WebServer>> start, Action<Uri> started, Func<Task>? stopping = null)
    {
        using var stopped = new ManualResetEventSlim();
        using var signals = new StopSignals(_ => stopped.Set(), _ => { });
        var telling = new Lock();
        var server = start(failure => Tell(screen, verb, telling, failure)).GetAwaiter().GetResult();
        try
        {
            started(server.Address);
            stopped.Wait();
            stopping?.Invoke().GetAwaiter().GetResult();
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return signals.Received ?? ExitCode.Done;
    }

    private static void Tell(Screen screen, string verb, Lock telling, Exception failure)
    {
        var text = failure is WeftException error
            ? $"{error.What}{(error.Where is { } where ? $": {where}" : "")}{(error.Found is { } found ? $" ({found})" : "")}"
            : CrashReport.Write(failure, [verb]) is var bug ? $"{bug.What}; {bug.Where}" : "";
        lock (telling)
            screen.Error.WriteLine("warning: " + Printable.Escape(text));
    }
}
