using Weft.Training;

namespace Weft.Interchange;

/// <summary>The whole classifier in one file of Weft's, which PyTorch's and Hugging Face's readers open too.</summary>
internal sealed record SafetensorsExport() : ExportFormat("safetensors", ".safetensors")
{
    public override ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken)
    {
        var bytes = CheckpointFile.ToBytes(model.Model).ToArray();
        int[] indices = [.. model.Indices.Take(options.Images)];
        PredictionTable Compute(TrainedModel computed)
        {
            using var evaluated = new EvaluatedModel(computed, options.Threads, model.Samples.ResidentBytes);
            return evaluated.Evaluate(model.Samples, indices, TestTimeAugmentation.None, cancellationToken).Predictions;
        }

        var parity = Parity.Require(Compute(model.Model), Compute(CheckpointFile.ParseModel(bytes, path)), "Weft", tolerance: 0);
        OutputFile.Write(path, bytes, "the model cannot be written", new Advice("export it elsewhere with --out"));
        return ExportedModel.Of(path, bytes, parity);
    }
}
