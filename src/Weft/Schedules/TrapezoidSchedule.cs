using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>
/// Warm-up, stable, decay: rate = peak · min(1, (step + 1) / (rise · total), end + (1 − end) · (total − step) / (fall · total)), with end the last rate as a
/// share of the peak. The rate is the peak for most of the training, so that the end can be moved (<c>weft extend</c>) and only the fall differs.
/// </summary>
/// <remarks>
/// Zhai et al., "Scaling vision transformers", CVPR 2022; Hägele et al., "Scaling laws and compute-optimal training beyond fixed training durations", NeurIPS
/// 2024.
/// </remarks>
public sealed record TrapezoidSchedule : Schedule, IOptionRules
{
    [Description("Share of all steps in which the learning rate rises from nothing."), Range(0.0, 1.0)]
    public double RiseFraction { get; init; } = 0.05;

    [Description("Share of all steps in which the learning rate falls."), Range(0.0, 1.0)]
    public double FallFraction { get; init; } = 0.2;

    [Description("The learning rate to which it falls as a share of the highest."), Range(0.0, 1.0)]
    public double EndFraction { get; init; }

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var total = Math.Max(position.TotalSteps, 1);
        var step = Math.Min(position.Step, total - 1);
        var rise = Ramp(step + 1, RiseFraction * total);
        var fall = EndFraction + (1 - EndFraction) * Ramp(total - step, FallFraction * total);
        return peak * Math.Min(rise, fall);
    }

    // At most 1; 1 everywhere for a ramp of no length.
    private static double Ramp(double steps, double length) => steps >= length ? 1 : steps / length;

    IEnumerable<Problem> IOptionRules.Conflicts() => RiseFraction + FallFraction > 1
        ? [new Problem("fall_fraction", $"at most {1 - RiseFraction}: the rest that rise_fraction leaves", $"{FallFraction}")]
        : [];
}
