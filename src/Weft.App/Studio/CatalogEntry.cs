using Weft.Training;

namespace Weft.App;

/// <summary>One folder of the catalog: what was read of it, and the sizes and times of its files by which a change shows.</summary>
internal sealed class CatalogEntry(RunFolder folder)
{
    private static long LastRevision;

    private RunReader _reader = new(folder);
    private (long Length, DateTime Written) _events;
    private (long Length, DateTime Written) _metrics;

    public RunFolder Folder { get; } = folder;

    /// <summary>Null while the folder is no run.</summary>
    public RunCard? Card { get; private set; }

    /// <summary>Reads what has changed; whether anything has.</summary>
    public bool Look()
    {
        var (events, metrics) = (Stamp(Folder.EventsFile), Stamp(Folder.MetricsFile));
        var isSame = Card is not null && events == _events && metrics == _metrics;
        // Without a change on disk only one thing can be new: that the process of a run which had no last word is gone.
        if (isSame && !(Card!.State == RunState.Training && !_reader.IsBeingTrained) && !(Card.State == RunState.Unfinished && _reader.IsBeingTrained))
            return false;
        if (events.Length < _events.Length)
            _reader = new RunReader(Folder); // another run took the name
        try
        {
            Card = Read();
        }
        catch (WeftException notARun) when (notARun.Kind == ErrorKind.InvalidInput)
        {
            return false; // or not one yet: its files are made one after the other
        }
        catch (WeftException unreadable)
        {
            Card = new RunCard(Folder.Name, null, [], RunState.Unreadable, 0, 0, Directory.GetLastWriteTimeUtc(Folder.Path), Sentence(unreadable), Next());
        }

        (_events, _metrics) = (events, metrics);
        return true;
    }

    private RunCard Read()
    {
        var information = _reader.Information;
        var isBeingTrained = false;
        var glance = RunGlance.Of(Folder);
        if (glance.Stopped is null)
        {
            isBeingTrained = _reader.IsBeingTrained;
            glance = RunGlance.Of(Folder); // again, after the question: a run that ended between the two has had its say
        }

        var (epochs, stepsPerEpoch) = Plan(glance);
        var rows = _reader.Metrics();
        epochs = Math.Max(epochs, rows.Count == 0 ? 0 : rows[^1].Epoch);
        var step = glance.Last.Select(StepOf).LastOrDefault(step => step is not null) ?? (rows.Count == 0 ? 0 : rows[^1].Step);
        var progress = epochs * (long)stepsPerEpoch is var all and > 0 ? Math.Clamp((double)step / all, 0, 1) : 0;
        return new RunCard(
            Folder.Name, information, rows, RunCard.StateOf(glance.Stopped, isBeingTrained && glance.Stopped is null), epochs, progress,
            glance.Last.Count == 0 ? information.Started : glance.Last[^1].Time, glance.Stopped?.Detail ?? "", Next());
    }

    private static (int Epochs, int StepsPerEpoch) Plan(RunGlance glance) => glance.Last.OfType<RunResumed>().LastOrDefault() is { } resumed
        ? (resumed.Epochs, resumed.StepsPerEpoch)
        : glance.First is RunStarted started ? (started.Epochs, started.StepsPerEpoch) : (0, 0);

    private static long? StepOf(RunEvent happened) => happened switch
    {
        StepDone step => step.Step,
        EpochDone epoch => epoch.Step,
        _ => null,
    };

    private static (long Length, DateTime Written) Stamp(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : (-1, default);

    private static string Sentence(WeftException error) => error.What + (error.Found is { } found ? $" ({found})" : "");

    private static long Next() => Interlocked.Increment(ref LastRevision);
}
