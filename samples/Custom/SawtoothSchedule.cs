using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Weft;

namespace Custom;

/// <summary>
/// Falls linearly from the peak to a tenth of it, and begins anew: a pure function of the position, so that a resumed training needs no state.
/// </summary>
internal sealed record SawtoothSchedule : Schedule
{
    [Description("Epochs of one tooth."), Range(1, 1000)]
    public int EveryEpochs { get; init; } = 5;

    public override double LearningRate(double peak, in SchedulePosition position)
    {
        var steps = (long)EveryEpochs * position.StepsPerEpoch;
        return peak * (1 - 0.9 * (position.Step % steps) / steps);
    }
}
