using Weft.Training;

namespace Custom;

/// <summary>Ends the training when it is good enough. A policy says what it wants; only the training acts.</summary>
internal sealed class StopAtAccuracy(double accuracy) : ITrainingPolicy
{
    public string Name => "stop_at_accuracy";

    public Decision AfterEpoch(in EpochReport epoch) => epoch.ValidationAccuracy >= accuracy
        ? new Decision { StopReason = "good_enough", StopDetail = $"{epoch.ValidationAccuracy:P1} of the validation images" }
        : Decision.None;
}
