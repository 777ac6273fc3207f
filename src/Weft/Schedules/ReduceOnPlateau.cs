namespace Weft;

/// <summary>
/// rate = max(peak · factor^reductions, peak · <see cref="EndFraction"/>). The one schedule that looks at a metric: after every epoch the trainer gives it to
/// <see cref="Observe"/>, keeps the returned state with the checkpoint, and passes its reductions on in the position.
/// </summary>
public sealed record ReduceOnPlateau : Schedule
{
    /// <value>Above 0, below 1. Default: 0.1.</value>
    public double Factor { get; init; } = 0.1;

    /// <summary>Epochs without improvement that are let pass; the next one reduces.</summary>
    /// <value>At least 0. Default: 5.</value>
    public int Patience { get; init; } = 5;

    /// <summary>The absolute change that counts as an improvement.</summary>
    /// <value>At least 0. Default: 1e-4.</value>
    public double MinimumChange { get; init; } = 1e-4;

    /// <summary>Epochs after a reduction in which none is counted.</summary>
    /// <value>At least 0. Default: 0.</value>
    public int Cooldown { get; init; }

    /// <value>0 to 1. Default: 0.</value>
    public double EndFraction { get; init; }

    /// <summary>Whether a larger metric is better (accuracy) or a smaller one (loss).</summary>
    /// <value>Default: false.</value>
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

    public override IReadOnlyList<string> Violations() => Expect(
        (Factor is > 0 and < 1, $"the plateau schedule's factor is {Factor}; expected above 0 and below 1"),
        (Patience >= 0, $"the plateau schedule's patience is {Patience}; expected at least 0"),
        (MinimumChange >= 0 && double.IsFinite(MinimumChange), $"the plateau schedule's minimum change is {MinimumChange}; expected at least 0"),
        (Cooldown >= 0, $"the plateau schedule's cooldown is {Cooldown}; expected at least 0"),
        (EndFraction is >= 0 and <= 1, $"the plateau schedule's end fraction is {EndFraction}; expected 0 to 1"));
}

/// <summary>What <see cref="ReduceOnPlateau"/> remembers between epochs: plain values, to be stored with a checkpoint. The default is the state before the first epoch.</summary>
/// <param name="Best">The best metric so far; null before the first.</param>
/// <param name="EpochsWithout">Epochs since it improved or the rate was reduced.</param>
/// <param name="CooldownLeft">Epochs that will not be counted.</param>
/// <param name="Reductions">Goes into <see cref="SchedulePosition.Reductions"/>.</param>
public readonly record struct PlateauState(double? Best, int EpochsWithout, int CooldownLeft, int Reductions);
