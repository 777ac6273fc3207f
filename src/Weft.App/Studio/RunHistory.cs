using Weft.Training;

namespace Weft.App;

/// <summary>Everything a run has told so far, as curves; grows by reading only what is new. Not for several threads at once.</summary>
internal sealed class RunHistory(RunFolder folder)
{
    private const int ReadAtOnce = 2000;
    private const int MostWarnings = 20;

    private readonly RunTail _tail = new(folder);
    private readonly List<StepDone> _steps = [];
    private readonly List<EpochDone> _epochs = [];
    private readonly List<(double Epoch, SystemSampled Sample)> _machine = [];
    private readonly List<Warned> _warnings = [];
    private readonly List<double> _secondsAtEpoch = [0];
    private DateTimeOffset _epochBegan;

    public IReadOnlyList<StepDone> Steps => _steps;

    public IReadOnlyList<EpochDone> Epochs => _epochs;

    /// <summary>Samples of the machine, and at which epoch (0.5: in the middle of the first) each was taken.</summary>
    public IReadOnlyList<(double Epoch, SystemSampled Sample)> Machine => _machine;

    /// <summary>The newest warnings of the run; older ones are dropped.</summary>
    public IReadOnlyList<Warned> Warnings => _warnings;

    /// <summary>The last validation in detail, if there was one.</summary>
    public EpochObserved? Observed { get; private set; }

    public int PlannedEpochs { get; private set; }

    public int StepsPerEpoch { get; private set; }

    /// <summary>Lines of the events that could not be read.</summary>
    public int DamagedLines => _tail.Damage.Count;

    /// <exception cref="WeftException">Exit 32: the file is no file of events any more; 33: written by a newer version; 41: it cannot be read.</exception>
    public void CatchUp()
    {
        for (var events = _tail.Read(ReadAtOnce); events.Count > 0; events = _tail.Read(ReadAtOnce))
        {
            foreach (var happened in events)
                Add(happened);
        }
    }

    /// <summary>The time trained when the run was at <paramref name="epoch"/> (2.5: in the middle of the third), in seconds.</summary>
    public double SecondsAt(double epoch)
    {
        var whole = Math.Clamp((int)epoch, 0, _secondsAtEpoch.Count - 1);
        if (whole + 1 < _secondsAtEpoch.Count)
            return _secondsAtEpoch[whole] + (_secondsAtEpoch[whole + 1] - _secondsAtEpoch[whole]) * (epoch - whole);
        // The epoch that is being trained: as fast as its last step says.
        if (_steps is not [.., var last] || EpochOf(last.Step) is var at && at <= whole || epoch <= whole)
            return _secondsAtEpoch[whole];
        return _secondsAtEpoch[whole] + Math.Max(0, (last.Time - _epochBegan).TotalSeconds) * (epoch - whole) / (at - whole);
    }

    public double EpochOf(long step) => StepsPerEpoch > 0 ? (double)step / StepsPerEpoch : 0;

    private void Add(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                (PlannedEpochs, StepsPerEpoch, _epochBegan) = (started.Epochs, started.StepsPerEpoch, started.Time);
                break;
            case RunResumed resumed:
                (PlannedEpochs, StepsPerEpoch, _epochBegan) = (resumed.Epochs, resumed.StepsPerEpoch, resumed.Time);
                break;
            case StepDone step when _steps.Count == 0 || step.Step > _steps[^1].Step:
                _steps.Add(step);
                break;
            case EpochDone epoch when _epochs.Count == 0 || epoch.Epoch > _epochs[^1].Epoch:
                _epochs.Add(epoch);
                _epochBegan = epoch.Time;
                _secondsAtEpoch.Add(_secondsAtEpoch[^1] + epoch.Seconds);
                break;
            case SystemSampled sample:
                _machine.Add((EpochOf(sample.Step), sample));
                break;
            case EpochObserved observed:
                Observed = observed;
                break;
            case Warned warning:
                if (_warnings.Count == MostWarnings)
                    _warnings.RemoveAt(0);
                _warnings.Add(warning);
                break;
        }
    }
}
