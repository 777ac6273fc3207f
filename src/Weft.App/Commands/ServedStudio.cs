using Weft.Training;

namespace Weft.App;

/// <summary>The studio's server as a verb runs it: until somebody ends the program.</summary>
internal static class ServedStudio
{
    /// <param name="started">Told of the address once requests are answered.</param>
    /// <exception cref="WeftException">As starting <see cref="StudioServer"/>.</exception>
    public static ExitCode Run(Screen screen, StudioOptions options, Action<Uri> started)
    {
        using var stopped = new ManualResetEventSlim();
        using var signals = new StopSignals(_ => stopped.Set(), _ => { });
        var telling = new Lock();
        var server = StudioServer.Start(options with { Failed = failure => Tell(screen, telling, failure) }).GetAwaiter().GetResult();
        try
        {
            started(server.Address);
            stopped.Wait();
        }
        finally
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return signals.Received ?? ExitCode.Done;
    }

    private static void Tell(Screen screen, Lock telling, Exception failure)
    {
        var text = failure is WeftException error
            ? $"{error.What}{(error.Where is { } where ? $": {where}" : "")}{(error.Found is { } found ? $" ({found})" : "")}"
            : CrashReport.Write(failure, ["studio"]) is var bug ? $"{bug.What}; {bug.Where}" : "";
        lock (telling)
            screen.Error.WriteLine("warning: " + Printable.Escape(text));
    }
}
