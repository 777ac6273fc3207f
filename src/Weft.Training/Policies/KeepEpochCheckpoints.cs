namespace Weft.Training;

/// <summary>Keeps the checkpoint of every <paramref name="everyEpochs"/>th epoch for good.</summary>
internal sealed class KeepEpochCheckpoints(int everyEpochs) : ITrainingPolicy
{
    public string Name => "keep_epochs";

    public Decision AfterEpoch(in EpochReport epoch) => epoch.Epoch % everyEpochs == 0 ? Decision.KeepEpochNow : Decision.None;
}
