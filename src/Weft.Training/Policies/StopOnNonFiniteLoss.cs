namespace Weft.Training;

/// <summary>Stops at the first step whose loss is NaN or infinite.</summary>
internal sealed class StopOnNonFiniteLoss : ITrainingPolicy
{
    public string Name => "non_finite_loss";

    public Decision AfterStep(in StepReport step) => double.IsFinite(step.Loss) ? Decision.None : new Decision
    {
        StopReason = StopReasons.Diverged, StopDetail = $"loss became {step.Loss} at epoch {step.Epoch}, step {step.Step}",
    };
}
