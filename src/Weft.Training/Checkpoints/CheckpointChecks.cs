namespace Weft.Training;

/// <summary>Whether a checkpoint belongs to what is about to be trained.</summary>
internal static class CheckpointChecks
{
    /// <param name="except">A key that may differ.</param>
    public static void RequireSameConfiguration(Checkpoint checkpoint, IReadOnlyDictionary<string, string> configuration, RunFolder run, string? except = null)
    {
        foreach (var (key, value) in configuration)
        {
            // A key the checkpoint does not know came with a later version, whose default keeps the old behaviour.
            if (checkpoint.Card.Configuration.TryGetValue(key, out var before) && before != value && key != except)
            {
                throw new WeftException(ExitCode.CheckpointMismatch, $"the run {run.Name} was trained with another {key}")
                {
                    Where = run.ConfigurationFile, Expected = $"{key}: {before}", Found = $"{key}: {value}", Safe = "nothing was changed",
                    Do = $"set {key} back to {before}, or start a new run: weft train --config {run.ConfigurationFile}",
                };
            }
        }
    }

    public static void RequireSameNetwork(Checkpoint checkpoint, NetworkDescription description, RunFolder run)
    {
        if (NetworkDescriptionJson.Write(checkpoint.Card.Description) != NetworkDescriptionJson.Write(description))
        {
            throw new WeftException(ExitCode.CheckpointMismatch, $"the run {run.Name} was trained with another network")
            {
                Where = File.Exists(run.ModelFile) ? run.ModelFile : run.ConfigurationFile, Expected = "the layers its checkpoint was made with", Found = "others", Safe = "nothing was changed",
                Do = $"undo the change, or start a new run: weft train --config {run.ConfigurationFile}",
            };
        }
    }

    public static void RequireSameData(Checkpoint checkpoint, ImageDataset dataset, RunFolder run)
    {
        if (checkpoint.Card.DataFingerprint == dataset.Fingerprint)
            return;
        throw new WeftException(ExitCode.FingerprintMismatch, $"the data changed since the run {run.Name} began")
        {
            Where = dataset.Folder ?? dataset.Name,
            Expected = $"sha256 {checkpoint.Card.DataFingerprint}",
            Found = $"sha256 {dataset.Fingerprint} ({dataset.Train.Count} samples, {dataset.ClassCount} classes)",
            Safe = "nothing was changed",
            Do = $"put the data back, then: weft resume {run.Name}",
        };
    }

    /// <summary>Steps of an epoch that has not so many.</summary>
    public static void RequirePossiblePosition(TrainingPosition position, int stepsPerEpoch, RunFolder run)
    {
        if (position.StepInEpoch > stepsPerEpoch || position.Step != (long)position.CompletedEpochs * stepsPerEpoch + position.StepInEpoch)
        {
            throw new WeftException(ExitCode.CheckpointMismatch, $"the position of the run {run.Name} is not one of its training")
            {
                Where = run.CheckpointsFolder, Expected = $"steps of epochs of {stepsPerEpoch}", Found = $"step {position.Step}, epoch {position.CompletedEpochs} and {position.StepInEpoch} steps", Safe = "nothing was changed",
            };
        }
    }

    public static void WarnOfOtherVectors(Checkpoint checkpoint, Action<Warned> warn)
    {
        var here = CpuDevice.VectorLanes * 32;
        if (checkpoint.VectorBits != here)
            warn(new Warned("numeric-profile", $"this run was computed with {checkpoint.VectorBits}-bit vectors and goes on with {here}-bit ones: the last digits will differ", null));
    }
}
