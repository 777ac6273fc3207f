using Weft.Training;

namespace Weft.App;

/// <summary>
/// A run that a command measures: what it finds is stored in the run's folder by its owner only, and where this process cannot be that, it is shown and not
/// stored.
/// </summary>
internal sealed class RunOwnership : IDisposable
{
    private readonly string? _whyNot;

    private RunOwnership(RunLock? held, string? whyNot) => (Held, _whyNot) = (held, whyNot);

    /// <summary>Null where nothing may be stored.</summary>
    public RunLock? Held { get; }

    /// <summary>Takes the run unless another process trains it or its folder may only be read.</summary>
    public static RunOwnership TryTake(RunFolder run)
    {
        try
        {
            return new RunOwnership(RunLock.Take(run), null);
        }
        catch (WeftException busy) when (busy.Kind == ErrorKind.RunBusy)
        {
            return new RunOwnership(null, "another process trains it");
        }
        catch (WeftException refused) when (refused.Kind is ErrorKind.IoError or ErrorKind.DiskFull)
        {
            return new RunOwnership(null, $"it cannot be written ({refused.Found})");
        }
    }

    /// <param name="folder">Where it was stored, or null.</param>
    public string Describe(string? folder) => folder is null
        ? $"not stored in the run's folder: {Printable.Escape(_whyNot ?? "")}"
        : $"written to {Printable.Escape(RunReference.ShortPath(folder))}";

    public void Dispose() => Held?.Dispose();
}
