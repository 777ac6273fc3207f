namespace Weft.Training;

/// <summary>Saves the best checkpoint whenever an epoch takes its place; see <see cref="BestRule"/>.</summary>
internal sealed class KeepBestCheckpoint : ITrainingPolicy
{
    public string Name => "keep_best";

    public Decision AfterEpoch(in EpochReport epoch) => epoch.IsBest ? Decision.SaveBestNow : Decision.None;
}
