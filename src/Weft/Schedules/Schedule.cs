using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
public abstract record Schedule : OptionsRecord
{
    /// <param name="peak">The learning rate asked for: the highest or, where the schedule only falls, the first.</param>
    /// <param name="position">Positions at or beyond the end keep the last rate.</param>
    public abstract double LearningRate(double peak, in SchedulePosition position);
}

/// <summary>The rate stays at its peak.</summary>
public sealed record ConstantSchedule : Schedule
{
    public override double LearningRate(double peak, in SchedulePosition position) => peak;
}

/// <summary>rate = peak · factor^⌊epoch / <see cref="EveryEpochs"/>⌋.</summary>
public sealed record StepSchedule : Schedule
{
    [Description("Epochs between two changes."), Range(1, 100_000)]
    public int EveryEpochs { get; init; } = 10;

    [Description("What the learning rate is multiplied by."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 0.1;

    public override double LearningRate(double peak, in SchedulePosition position) => peak * Math.Pow(Factor, position.Epoch / EveryEpochs);
}

/// <summary>rate = peak · factor^epoch, whole epochs.</summary>
public sealed record ExponentialSchedule : Schedule
{
    [Description("What the learning rate is multiplied by."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Factor { get; init; } = 0.95;

    public override double LearningRate(double peak, in SchedulePosition position) => peak * Math.Pow(Factor, position.Epoch);
}

/// <summary>rate = end + (peak − end) · (1 + cos(π · step / total)) / 2, end = peak · <see cref="EndFraction"/>.</summary>
/// <remarks>Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts.</remarks>
public sealed record CosineSchedule : Schedule
{
    [Description("The lowest learning rate as a share of the highest."), Range(0.0, 1.0)]
    public double EndFraction { get; init; }

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var end = peak * EndFraction;
        var done = Math.Min(1.0, (double)position.Step / Math.Max(position.TotalSteps, 1));
        return end + (peak - end) * (1 + Math.Cos(Math.PI * done)) / 2;
    }
}
