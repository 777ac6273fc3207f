namespace Weft.Training;

/// <summary>Saves inside epochs, so that a crash costs little. When it saves has no influence on what is trained.</summary>
/// <param name="interval">Time between saves, or null.</param>
/// <param name="steps">Steps between saves, or null.</param>
internal sealed class SavePeriodically(TimeSpan? interval, int? steps, TimeProvider clock) : ITrainingPolicy
{
    private long _last = clock.GetTimestamp();

    public string Name => "save_periodically";

    public Decision AfterStep(in StepReport step)
    {
        if (!(clock.GetElapsedTime(_last) >= interval || step.Step % steps == 0))
            return Decision.None;
        _last = clock.GetTimestamp();
        return Decision.SaveLastNow;
    }

    public Decision AfterEpoch(in EpochReport epoch)
    {
        _last = clock.GetTimestamp(); // the end of an epoch is saved anyway
        return Decision.None;
    }
}
