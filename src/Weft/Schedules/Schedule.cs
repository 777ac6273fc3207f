namespace Weft;

/// <summary>Where training stands when a step begins.</summary>
/// <param name="Step">Steps done, from 0.</param>
/// <param name="StepsPerEpoch">At least 1.</param>
/// <param name="TotalSteps">Steps that the whole training is planned for.</param>
/// <param name="Reductions">How often <see cref="ReduceOnPlateau"/> has reduced so far; other schedules do not look at it.</param>
public readonly record struct SchedulePosition(long Step, int StepsPerEpoch, long TotalSteps, int Reductions = 0)
{
    /// <summary>Epochs done, from 0.</summary>
    public long Epoch => Step / Math.Max(StepsPerEpoch, 1);
}

/// <summary>The learning rate over a training: a pure function of the position, so nothing has to be stored to continue.</summary>
public abstract record Schedule
{
    /// <param name="peak">The learning rate asked for: the highest or, where the schedule only falls, the first.</param>
    /// <param name="position">Positions at or beyond the end keep the last rate.</param>
    public abstract double LearningRate(double peak, in SchedulePosition position);

    /// <summary>Every value that makes no sense, as a sentence; empty when all is well.</summary>
    public abstract IReadOnlyList<string> Violations();

    private protected static IReadOnlyList<string> Expect(params ReadOnlySpan<(bool Holds, string Otherwise)> conditions)
    {
        var found = new List<string>();
        foreach (var (holds, otherwise) in conditions)
        {
            if (!holds)
                found.Add(otherwise);
        }

        return found;
    }
}

/// <summary>rate = peak.</summary>
public sealed record ConstantSchedule : Schedule
{
    public override double LearningRate(double peak, in SchedulePosition position) => peak;

    public override IReadOnlyList<string> Violations() => [];
}

/// <summary>rate = peak · factor^⌊epoch / <see cref="EveryEpochs"/>⌋.</summary>
public sealed record StepSchedule : Schedule
{
    /// <value>At least 1. Default: 10.</value>
    public int EveryEpochs { get; init; } = 10;

    /// <value>Above 0, at most 1. Default: 0.1.</value>
    public double Factor { get; init; } = 0.1;

    public override double LearningRate(double peak, in SchedulePosition position) => peak * Math.Pow(Factor, position.Epoch / EveryEpochs);

    public override IReadOnlyList<string> Violations() => Expect(
        (EveryEpochs >= 1, $"the step schedule's epochs are {EveryEpochs}; expected at least 1"),
        (Factor is > 0 and <= 1, $"the step schedule's factor is {Factor}; expected above 0 and at most 1"));
}

/// <summary>rate = peak · factor^epoch, whole epochs.</summary>
public sealed record ExponentialSchedule : Schedule
{
    /// <value>Above 0, at most 1. Default: 0.95.</value>
    public double Factor { get; init; } = 0.95;

    public override double LearningRate(double peak, in SchedulePosition position) => peak * Math.Pow(Factor, position.Epoch);

    public override IReadOnlyList<string> Violations() => Expect(
        (Factor is > 0 and <= 1, $"the exponential schedule's factor is {Factor}; expected above 0 and at most 1"));
}

/// <summary>rate = end + (peak − end) · (1 + cos(π · step / total)) / 2, end = peak · <see cref="EndFraction"/>.</summary>
/// <remarks>Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts.</remarks>
public sealed record CosineSchedule : Schedule
{
    /// <value>0 to 1. Default: 0.</value>
    public double EndFraction { get; init; }

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var end = peak * EndFraction;
        var done = Math.Min(1.0, (double)position.Step / Math.Max(position.TotalSteps, 1));
        return end + (peak - end) * (1 + Math.Cos(Math.PI * done)) / 2;
    }

    public override IReadOnlyList<string> Violations() => Expect(
        (EndFraction is >= 0 and <= 1, $"the cosine schedule's end fraction is {EndFraction}; expected 0 to 1"));
}
