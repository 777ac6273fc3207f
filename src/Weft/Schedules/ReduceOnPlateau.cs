using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>
/// rate = max(peak · factor^reductions, peak · <see cref="EndFraction"/>). The one schedule that looks at a metric: after every epoch the trainer gives it to
/// <see cref="Observe"/>, keeps the returned state with the checkpoint, and passes its reductions on in the position.
/// </summary>
public sealed record ReduceOnPlateau : Schedule
{
    [Description("What the learning rate is multiplied by."), Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Factor { get; init; } = 0.1;

    [Description("Epochs without improvement that are let pass; the next one reduces."), Range(0, 100_000)]
    public int Patience { get; init; } = 5;

    [Description("A smaller change does not count as improvement."), Range(0.0, 100.0)]
    public double MinimumChange { get; init; } = 1e-4;

    [Description("Epochs after a reduction that are not counted."), Range(0, 100_000)]
    public int Cooldown { get; init; }

    [Description("The lowest learning rate as a share of the highest."), Range(0.0, 1.0)]
    public double EndFraction { get; init; }

    /// <summary>Whether a larger metric is better (accuracy) or a smaller one (loss).</summary>
    [NotConfigured]
    public bool LargerIsBetter { get; init; }

    public override double LearningRate(double peak, in SchedulePosition position) =>
        peak * Math.Max(Math.Pow(Factor, position.Reductions), EndFraction);

    /// <summary>The state after one more epoch. A NaN is no improvement.</summary>
    public PlateauState Observe(PlateauState state, double metric)
    {
        var improved = state.Best is not { } best ? !double.IsNaN(metric)
            : LargerIsBetter ? metric > best + MinimumChange : metric < best - MinimumChange;
        if (improved)
            state = state with { Best = metric, EpochsWithout = 0 };
        else
            state = state with { EpochsWithout = state.EpochsWithout + 1 };
        if (state.CooldownLeft > 0)
            state = state with { CooldownLeft = state.CooldownLeft - 1, EpochsWithout = 0 };
        return state.EpochsWithout > Patience
            ? state with { Reductions = state.Reductions + 1, EpochsWithout = 0, CooldownLeft = Cooldown }
            : state;
    }
}

/// <summary>
/// What <see cref="ReduceOnPlateau"/> remembers between epochs: plain values, to be stored with a checkpoint. The default is the state before the first
/// epoch.
/// </summary>
/// <param name="Best">The best metric so far; null before the first.</param>
/// <param name="EpochsWithout">Epochs since it improved or the rate was reduced.</param>
/// <param name="CooldownLeft">Epochs that will not be counted.</param>
/// <param name="Reductions">Goes into <see cref="SchedulePosition.Reductions"/>.</param>
public readonly record struct PlateauState(double? Best, int EpochsWithout, int CooldownLeft, int Reductions);
