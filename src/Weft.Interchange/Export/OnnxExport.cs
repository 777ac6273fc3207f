using Weft.Training;

namespace Weft.Interchange;

/// <summary>An ONNX file, run by ONNX Runtime where that is on this machine, and read back by Weft where it is not.</summary>
internal sealed record OnnxExport() : ExportFormat("onnx", ".onnx", FoldOption, PreprocessingOption)
{
    public const string FoldOption = "--fold";
    public const string PreprocessingOption = "--preprocessing";

    public override ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken)
    {
        var bytes = OnnxWriter.ToBytes(model.Model, options.Onnx);
        using var runtime = Runtime(bytes, model.Model, path, options);
        var parity = Parity.Compare(
            model.Model, runtime, model.Samples, [.. model.Indices.Take(options.Images)], options.Workers, cancellationToken);
        parity.Require(path);
        OutputFile.Write(path, bytes, "the model cannot be written", new Advice("export it elsewhere with --out"));
        return ExportedModel.Of(path, bytes, parity);
    }

    private static IClassifierRuntime Runtime(byte[] bytes, TrainedModel model, string path, ExportOptions options) =>
        OnnxRuntimeLibrary.Find(options.OnnxRuntime, options.PackageFolder) is { } library ? new OnnxRuntime(library, bytes, model, options.Workers)
            : new NetworkClassifier(OnnxImport.ToModel(bytes, path, new OnnxImportChoices()), options.Workers, "Weft, read back (ONNX Runtime is not here)");
}
