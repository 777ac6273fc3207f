namespace Weft;

/// <summary>
/// rate = <see cref="Then"/>'s rate · (start + (1 − start) · min(step / warm-up steps, 1)). The inner schedule's clock runs from the first step, so its epochs
/// stay where they are.
/// </summary>
public sealed record WarmUp(Schedule Then) : Schedule
{
    /// <summary>Length in epochs; a fraction is allowed.</summary>
    /// <value>Above 0. Default: 1.</value>
    public double Epochs { get; init; } = 1;

    /// <summary>The first rate as a part of the inner schedule's.</summary>
    /// <value>0 to 1. Default: 0.1.</value>
    public double StartFraction { get; init; } = 0.1;

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var length = Epochs * position.StepsPerEpoch;
        return Then.LearningRate(peak, position) * (StartFraction + (1 - StartFraction) * Math.Min(1, position.Step / length));
    }

    public override IReadOnlyList<string> Violations() =>
    [
        .. Expect(
            (Epochs > 0 && double.IsFinite(Epochs), $"the warm-up takes {Epochs} epochs; expected above 0"),
            (StartFraction is >= 0 and <= 1, $"the warm-up starts at {StartFraction} of the rate; expected 0 to 1")),
        .. Then is WarmUp ? ["a warm-up is inside a warm-up; expected another schedule inside"] : Then.Violations(),
    ];
}
