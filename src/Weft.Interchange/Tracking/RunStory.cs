using System.Globalization;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// Turns a run's events into moments. The moments follow from the events alone, so a run that is told while it is trained and one that is told afterwards
/// give the same.
/// </summary>
internal sealed class RunStory(TrackedRun run)
{
    private readonly List<MetricsRow> _rows = [];
    private EpochObserved? _observed;
    private EpochDone? _best;
    private EpochObserved? _bestObserved;
    private SamplesChosen? _samples;
    private DateTimeOffset _sessionBegan;
    private DateTimeOffset _last;
    private double _earlierRuntime;
    private long _nextRow;
    private long _step;
    private int _epoch;
    private int _epochs;
    private int _session;
    private bool _isOpen;

    /// <summary>Whether a process has begun and not ended.</summary>
    public bool IsOpen => _isOpen;

    public IEnumerable<RunMoment> Tell(RunEvent happened)
    {
        if (happened is RunStarted or RunResumed || !_isOpen)
        {
            foreach (var moment in End())
                yield return moment;
            foreach (var moment in Begin(happened))
                yield return moment;
        }

        _last = happened.Time > _last ? happened.Time : _last; // a clock that was set back tells nothing
        foreach (var moment in Moments(happened))
            yield return moment;
    }

    /// <summary>The end of a process that said none, told with the time of its last event; nothing when it did say one.</summary>
    public IEnumerable<RunMoment> End() => _isOpen
        ? Close(SessionEnded.LeftWithoutWord, "its process is gone without a word")
        : [];

    private IEnumerable<RunMoment> Begin(RunEvent first)
    {
        _session++;
        _isOpen = true;
        _sessionBegan = _last = first.Time;
        (_epochs, var processId, var machine, var threads) = first switch
        {
            RunStarted started => (started.Epochs, started.ProcessId, started.Machine, started.Threads),
            RunResumed resumed => (resumed.Epochs, resumed.ProcessId, resumed.Machine, resumed.Threads),
            _ => (_epochs, 0, run.Information.Machine.Name, run.Information.Machine.Threads), // its first events were lost to a full disk
        };
        yield return At(new SessionBegan(_session, _session > 1, processId, machine, threads, _epochs, _nextRow));
        var data = run.Information.Data;
        yield return Line(_session > 1
            ? $"{run.Name}: going on after step {_step}"
            : string.Create(CultureInfo.InvariantCulture,
                $"{run.Name}: {run.Information.Model} ({run.Information.ParameterCount:N0} parameters) on {data.Name}, {data.Train:N0} training and "
                    + $"{data.Validation:N0} validation images"));
    }

    private IEnumerable<RunMoment> Moments(RunEvent happened)
    {
        switch (happened)
        {
            case SamplesChosen samples:
                _samples = samples;
                return [At(new SamplesTold(samples))];
            case StepDone step:
                _step = step.Step;
                return [At(new StepTold(step) { Row = NextRow(step.Step) })];
            case SystemSampled sampled:
                return [At(new SystemTold(sampled))];
            case EpochObserved observed:
                _observed = observed;
                return [];
            case EpochDone epoch:
                return Finish(epoch);
            case Warned warning:
                return [Line($"warning[{warning.Code}]: {warning.What}" + (warning.Safe is { } safe ? $" ({safe})" : ""), isWarning: true)];
            case RunStopped stopped:
                return Close(stopped.Reason, stopped.Detail);
            default:
                return [];
        }
    }

    private IEnumerable<RunMoment> Finish(EpochDone epoch)
    {
        var observed = _observed?.Epoch == epoch.Epoch ? _observed : null;
        _observed = null;
        (_step, _epoch) = (epoch.Step, epoch.Epoch);
        if (epoch.IsBest)
            (_best, _bestObserved) = (epoch, observed);
        _rows.Add(epoch.ToRow());
        yield return At(new EpochTold(epoch, observed) { Row = NextRow(epoch.Step) });
        yield return Line(string.Create(CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}/{_epochs}  train loss {epoch.TrainLoss:0.0000} accuracy {epoch.TrainAccuracy:0.00 %}  validation loss "
                + $"{epoch.ValidationLoss:0.0000} accuracy {epoch.ValidationAccuracy:0.00 %}  {epoch.Seconds:0.0} s{(epoch.IsBest ? "  best" : "")}"));
    }

    private IEnumerable<RunMoment> Close(string reason, string detail)
    {
        yield return Line($"{reason.Replace('_', ' ')}: {detail}");
        var ended = At(new SessionEnded(_session, reason, detail, _epoch, _step, _best, _bestObserved, _samples, [.. _rows]) { Row = NextRow(_step) });
        _earlierRuntime = ended.Runtime;
        _isOpen = false;
        yield return ended;
    }

    // Two things may happen at one step, and a resumed process may tell a step that an earlier one reached; rows rise all the same.
    private long NextRow(long step)
    {
        var row = Math.Max(step, _nextRow);
        _nextRow = row + 1;
        return row;
    }

    private RunMoment Line(string text, bool isWarning = false) => At(new LineTold(text, isWarning));

    private T At<T>(T moment) where T : RunMoment => moment with { Time = _last, Runtime = _earlierRuntime + (_last - _sessionBegan).TotalSeconds };
}
