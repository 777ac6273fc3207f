using System.Globalization;

namespace Weft.Training;

/// <summary>Feeds <see cref="ReduceOnPlateau"/> with the metric of every epoch and remembers how often it has reduced.</summary>
internal sealed class ReduceLearningRateOnPlateau(ReduceOnPlateau schedule, EpochMetric metric) : ITrainingPolicy
{
    private PlateauState _state;

    public string Name => "reduce_on_plateau";

    /// <summary>How often the rate was reduced, the value of <see cref="SchedulePosition.Reductions"/>.</summary>
    public int Reductions => _state.Reductions;

    public string? State => string.Create(CultureInfo.InvariantCulture, $"{_state.Best:R};{_state.EpochsWithout};{_state.CooldownLeft};{_state.Reductions}");

    public Decision AfterEpoch(in EpochReport epoch)
    {
        _state = schedule.Observe(_state, epoch.Value(metric));
        return Decision.None;
    }

    public void Restore(string state)
    {
        if (state.Split(';') is not [var best, var without, var cooldown, var reductions])
            throw new FormatException($"'{state}' is no state of the plateau schedule.");
        _state = new PlateauState(
            best.Length == 0 ? null : double.Parse(best, NumberStyles.Float, CultureInfo.InvariantCulture),
            int.Parse(without, NumberStyles.None, CultureInfo.InvariantCulture),
            int.Parse(cooldown, NumberStyles.None, CultureInfo.InvariantCulture),
            int.Parse(reductions, NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
