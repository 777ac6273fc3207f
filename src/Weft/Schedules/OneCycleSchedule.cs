namespace Weft;

/// <summary>The shape of a change from one learning rate to another.</summary>
public enum Annealing
{
    Cosine = 1,
    Linear = 2,
}

/// <summary>
/// Up from peak / <see cref="StartDivisor"/> to the peak over the first <see cref="RiseFraction"/> of all steps, then down to the start / <see cref="EndDivisor"/>.
/// The peak is reached at step rise · total − 1 and the end at step total − 1, as PyTorch's <c>OneCycleLR</c> (two phases) has it. Momentum is left alone.
/// </summary>
/// <remarks>Smith and Topin, "Super-convergence", 2018.</remarks>
public sealed record OneCycleSchedule : Schedule
{
    /// <value>0 to 1. Default: 0.3.</value>
    public double RiseFraction { get; init; } = 0.3;

    /// <value>At least 1. Default: 25.</value>
    public double StartDivisor { get; init; } = 25;

    /// <value>At least 1. Default: 10,000.</value>
    public double EndDivisor { get; init; } = 1e4;

    /// <value>Default: <see cref="Annealing.Cosine"/>.</value>
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

    public override IReadOnlyList<string> Violations() => Expect(
        (RiseFraction is >= 0 and <= 1, $"the one-cycle schedule's rise is {RiseFraction} of the steps; expected 0 to 1"),
        (StartDivisor >= 1 && double.IsFinite(StartDivisor), $"the one-cycle schedule's start divisor is {StartDivisor}; expected at least 1"),
        (EndDivisor >= 1 && double.IsFinite(EndDivisor), $"the one-cycle schedule's end divisor is {EndDivisor}; expected at least 1"),
        (Enum.IsDefined(Annealing), $"there is no annealing {Annealing}; expected {string.Join(" or ", Enum.GetNames<Annealing>())}"));

    private double Between(double from, double to, double part) => Annealing == Annealing.Linear
        ? from + (to - from) * part
        : to + (from - to) / 2 * (1 + Math.Cos(Math.PI * part));
}
