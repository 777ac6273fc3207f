using Weft.Training;

namespace Weft.App;

/// <summary>What is known of a run after its events so far: what a live view shows, whether the run is trained here or watched from another process.</summary>
internal sealed class TrainingState
{
    private DateTimeOffset _began;
    private DateTimeOffset _now;
    private long _firstStep;

    /// <param name="patience">Epochs without improvement that end the run, if any.</param>
    /// <param name="earlier">The epochs done before, when a run is continued.</param>
    /// <param name="rule">Which epoch is the best. Default: the one with the highest accuracy.</param>
    public TrainingState(int epochs, int stepsPerEpoch, int? patience, IEnumerable<MetricsRow> earlier, BestRule? rule = null)
    {
        (Epochs, StepsPerEpoch, Patience) = (epochs, stepsPerEpoch, patience);
        foreach (var row in earlier)
        {
            if ((rule ?? BestRule.Usual).IsBetter(row.ValidationAccuracy, row.ValidationLoss, row.Further, Best))
                Best = (rule ?? BestRule.Usual).Remember(row.Epoch, row.ValidationAccuracy, row.ValidationLoss, row.Further);
            (EpochsDone, Step) = (row.Epoch, row.Step);
        }
    }

    public int Epochs { get; private set; }

    public int StepsPerEpoch { get; private set; }

    public int? Patience { get; }

    public int EpochsDone { get; private set; }

    public long Step { get; private set; }

    /// <summary>The running means of the epoch that is being trained, or null between epochs.</summary>
    public StepDone? Current { get; private set; }

    public BestEpoch? Best { get; private set; }

    /// <summary>What happens besides training, in one line: "stopping after this step; saving…".</summary>
    public string? Notice { get; set; }

    /// <summary>How much of the current epoch is done, 0…1.</summary>
    public double EpochFraction => StepsPerEpoch == 0 ? 0 : Math.Clamp((Step - (double)EpochsDone * StepsPerEpoch) / StepsPerEpoch, 0, 1);

    public int Epoch => Math.Min(EpochsDone + 1, Epochs);

    public int? PatienceLeft => Patience is { } patience ? Math.Max(0, patience - (EpochsDone - (Best?.Epoch ?? 0))) : null;

    /// <summary>From the mean time of a step in this process, validation included; null before there is one.</summary>
    public TimeSpan? Left
    {
        get
        {
            var done = Step - _firstStep;
            return done <= 0 || _now <= _began ? null : (_now - _began) * (((double)Epochs * StepsPerEpoch - Step) / done);
        }
    }

    public void Apply(RunEvent happened)
    {
        _now = happened.Time;
        switch (happened)
        {
            case RunStarted started:
                (Epochs, StepsPerEpoch, _began, _firstStep) = (started.Epochs, started.StepsPerEpoch, started.Time, 0);
                break;
            case RunResumed resumed:
                (Epochs, StepsPerEpoch, Step, _began, _firstStep) = (resumed.Epochs, resumed.StepsPerEpoch, resumed.Step, resumed.Time, resumed.Step);
                if (StepsPerEpoch > 0)
                    EpochsDone = (int)(resumed.Step / StepsPerEpoch); // what came after the checkpoint is trained again
                break;
            case StepDone step:
                (Current, Step) = (step, step.Step);
                break;
            case EpochDone epoch:
                (EpochsDone, Step, Current) = (epoch.Epoch, epoch.Step, null);
                if (epoch.IsBest)
                    Best = new BestEpoch(epoch.Epoch, epoch.ValidationAccuracy, epoch.ValidationLoss);
                break;
        }
    }
}
