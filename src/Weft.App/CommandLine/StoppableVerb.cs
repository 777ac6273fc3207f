using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>A verb whose work can be stopped: after the first signal it ends where it may, and its exit code is the signal's.</summary>
internal abstract class StoppableVerb(string name, string description, Screen screen) : Verb(name, description, screen)
{
    protected sealed override ExitCode Run(ParseResult parse)
    {
        using var signals = new StopSignals(_ => Stopping(), _ => { });
        return signals.Run(() => Run(parse, signals.Token));
    }

    /// <param name="cancellationToken">The first signal cancels it.</param>
    protected abstract ExitCode Run(ParseResult parse, CancellationToken cancellationToken);

    /// <summary>Called at the first signal, on another thread.</summary>
    protected virtual void Stopping()
    {
    }
}
