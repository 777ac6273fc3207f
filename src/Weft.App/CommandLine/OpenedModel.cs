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
        var checkpoint = FindCheckpoint(reference, store);
        return new OpenedModel(NameOf(reference, checkpoint), checkpoint?.ReadModel() ?? Load(reference), checkpoint);
    }

    /// <summary>The run's checkpoint, of which nothing is read; null for a file.</summary>
    /// <inheritdoc cref="Open"/>
    public static CheckpointReference? FindCheckpoint(string reference, RunStore store) => File.Exists(reference) ? null : store.FindCheckpoint(reference);

    public static string NameOf(string reference, CheckpointReference? checkpoint) => checkpoint?.Run.Name ?? Path.GetFileNameWithoutExtension(reference);

    /// <summary>A model in a file of Weft's, or in an ONNX file that says all that must be known.</summary>
    /// <inheritdoc cref="Open"/>
    public static TrainedModel Load(string file) =>
        Path.GetExtension(file).Equals(".onnx", StringComparison.OrdinalIgnoreCase) ? OnnxImport.Read(file, new OnnxImportChoices()) : TrainedModel.Load(file);
}
