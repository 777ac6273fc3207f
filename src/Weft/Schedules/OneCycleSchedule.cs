using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>The shape of a change from one learning rate to another.</summary>
public enum Annealing
{
    Cosine = 1,
    Linear = 2,
}

/// <summary>
/// Up from peak / <see cref="StartDivisor"/> to the peak over the first <see cref="RiseFraction"/> of all steps, then down to the start /
/// <see cref="EndDivisor"/>. The peak is reached at step rise · total − 1 and the end at step total − 1, as PyTorch's <c>OneCycleLR</c> (two phases) has it.
/// Momentum is left alone.
/// </summary>
/// <remarks>Smith and Topin, "Super-convergence", 2018.</remarks>
public sealed record OneCycleSchedule : Schedule
{
    [Description("Share of all steps in which the learning rate rises."), Range(0.0, 1.0)]
    public double RiseFraction { get; init; } = 0.3;

    [Description("The first learning rate is the highest divided by this."), Range(1.0, 1e9)]
    public double StartDivisor { get; init; } = 25;

    [Description("The last learning rate is the first divided by this."), Range(1.0, 1e12)]
    public double EndDivisor { get; init; } = 1e4;

    [Description("The shape of the rise and of the fall.")]
    public Annealing Annealing { get; init; } = Annealing.Cosine;

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var start = peak / StartDivisor;
        var end = start / EndDivisor;
        var top = RiseFraction * position.TotalSteps - 1;
        var last = position.TotalSteps - 1.0;
        if (position.Step <= top && top > 0)
            return Between(start, peak, position.Step / top);
        return last > top ? Between(peak, end, Math.Min(1, (position.Step - top) / (last - top))) : peak;
    }

    private double Between(double from, double to, double part) => Annealing == Annealing.Linear
        ? from + (to - from) * part
        : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * part));
}
