using Weft.Training;

namespace Weft.Interchange;

/// <summary>The whole classifier in one file of Weft's, which PyTorch's and Hugging Face's readers open too.</summary>
internal sealed record SafetensorsExport() : ExportFormat("safetensors", ".safetensors")
{
    public override ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken)
    {
        var bytes = CheckpointFile.ToBytes(model.Model).ToArray();
        int[] indices = [.. model.Indices.Take(options.Images)];
        using var loaded = new NetworkClassifier(CheckpointFile.ParseModel(bytes, path), options.Workers, "Weft, read back");
        var parity = Parity.Compare(model.Model, loaded, model.Samples, indices, options.Workers, cancellationToken);
        parity.Require(path);
        OutputFile.Write(path, bytes, "the model cannot be written", new Advice("export it elsewhere with --out"));
        return ExportedModel.Of(path, bytes, parity);
    }
}
