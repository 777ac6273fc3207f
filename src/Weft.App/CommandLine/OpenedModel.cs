using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

/// <summary>Where a trained model comes from: a run, a checkpoint of one, or a file that left its run.</summary>
/// <param name="Checkpoint">Null for a file.</param>
internal sealed record OpenedModel(string Name, TrainedModel Model, CheckpointReference? Checkpoint)
{
    public const string Description = "The run, a checkpoint of it (RUN@best, RUN@last, RUN@EPOCH), or a model's .safetensors or .onnx file.";

    /// <param name="reference">A name that is also a file's is the file's.</param>
    /// <exception cref="WeftException">There is no such run or file, or it is damaged.</exception>
    public static OpenedModel Open(string reference, RunStore store)
    {
        if (File.Exists(reference))
            return new OpenedModel(Path.GetFileNameWithoutExtension(reference), Load(reference), null);
        var checkpoint = store.FindCheckpoint(reference);
        return new OpenedModel(checkpoint.Run.Name, checkpoint.ReadModel(), checkpoint);
    }

    /// <summary>A model in a file of Weft's, or in an ONNX file that says all that must be known.</summary>
    /// <inheritdoc cref="Open"/>
    public static TrainedModel Load(string file) =>
        Path.GetExtension(file).Equals(".onnx", StringComparison.OrdinalIgnoreCase) ? OnnxImport.Read(file, new OnnxImportChoices()) : TrainedModel.Load(file);
}
