namespace Weft.Training;

/// <summary>Saves the best checkpoint whenever an epoch takes its place; see <see cref="BestEpoch"/>.</summary>
public sealed class KeepBestCheckpoint : ITrainingPolicy
{
    public string Name => "keep_best";

    public Decision AfterEpoch(in EpochReport epoch) =>
        BestEpoch.IsBetter(epoch.ValidationAccuracy, epoch.ValidationLoss, epoch.BestBefore) ? Decision.SaveBestNow : Decision.None;
}
