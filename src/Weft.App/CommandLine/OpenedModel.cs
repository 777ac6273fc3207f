using Weft.Training;

namespace Weft.App;

/// <summary>Where a trained model comes from: a run, a checkpoint of one, or a file that left its run.</summary>
/// <param name="Checkpoint">Null for a file.</param>
internal sealed record OpenedModel(string Name, TrainedModel Model, CheckpointReference? Checkpoint)
{
    public const string Description = "The run, a checkpoint of it (RUN@best, RUN@last, RUN@EPOCH), or a model's .safetensors file.";

    /// <param name="reference">A name that is also a file's is the file's.</param>
    /// <exception cref="WeftException">There is no such run or file, or it is damaged.</exception>
    public static OpenedModel Open(string reference, RunStore store)
    {
        if (File.Exists(reference))
            return new OpenedModel(Path.GetFileNameWithoutExtension(reference), TrainedModel.Load(reference), null);
        var checkpoint = store.FindCheckpoint(reference);
        return new OpenedModel(checkpoint.Run.Name, checkpoint.ReadModel(), checkpoint);
    }
}
