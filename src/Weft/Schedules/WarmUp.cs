using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>
/// rate = <see cref="Then"/>'s rate · (start + (1 − start) · min(step / warm-up steps, 1)). The inner schedule's clock runs from the first step, so its epochs
/// stay where they are.
/// </summary>
public sealed record WarmUp(Schedule Then) : Schedule, IOptionRules
{
    /// <summary>The largest number of epochs that is allowed.</summary>
    public const double LongestEpochs = 100_000;

    /// <summary>Length in epochs; a fraction is allowed.</summary>
    [Range(0.0, LongestEpochs, MinimumIsExclusive = true)]
    public double Epochs { get; init; } = 1;

    /// <summary>The first rate as a part of the inner schedule's.</summary>
    [Range(0.0, 1.0)]
    public double StartFraction { get; init; } = 0.1;

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var length = Epochs * position.StepsPerEpoch;
        return Then.LearningRate(peak, position) * (StartFraction + (1 - StartFraction) * Math.Min(1, position.Step / length));
    }

    IEnumerable<Problem> IOptionRules.Conflicts() => Then is WarmUp ? [new Problem("then", "another schedule than a warm-up", "a warm-up")] : Then.Validate();
}
