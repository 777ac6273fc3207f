namespace Weft.Training;

/// <summary>Stops, to be resumed if wanted, once this process has trained for <paramref name="budget"/>.</summary>
internal sealed class StopAfterTimeBudget(TimeSpan budget, TimeProvider clock) : ITrainingPolicy
{
    private readonly long _start = clock.GetTimestamp();

    public string Name => "time_budget";

    public Decision AfterStep(in StepReport step) => clock.GetElapsedTime(_start) < budget ? Decision.None : new Decision
    {
        StopReason = StopReasons.TimeBudget, StopDetail = $"the time budget of {budget.TotalSeconds:0.###} s is spent", MayResume = true,
    };
}
