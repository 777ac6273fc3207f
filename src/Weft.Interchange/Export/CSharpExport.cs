using System.Globalization;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>One C# file without packages, or a project around it; compiled and run by the .NET SDK where that is on this machine.</summary>
internal sealed record CSharpExport() : ExportFormat("csharp", ".cs", ProjectOption, HalfOption)
{
    public const string ProjectOption = "--project";
    public const string HalfOption = "--half";

    public override ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken)
    {
        var place = Path.TrimEndingDirectorySeparator(Path.GetExtension(path) == Extension ? Path.ChangeExtension(path, null) : path);
        var name = CSharpOptions.ClassNameOf(Path.GetFileName(place));
        var written = options.Half ? Halved(model.Model) : model.Model;
        var own = model.Model.Metadata.Release!.Golden!;
        var golden = options.Half ? GoldenPredictions.Of(written, own.Images, options.Workers) : own;
        var source = CSharpWriter.Write(written, golden, new CSharpOptions
        {
            ClassName = name, Half = options.Half, Header = [.. Header(model.Model, name, options)],
        });
        var project = new CSharpProject(name, source);
        if (options.Project)
            WholeFolder.RequireOwn(place, project.Names);
        using var runtime = DotNetClassifier.Create(project, written.Classes.Count, cancellationToken);
        var parity = runtime is null ? new ParityReport("not compared: there is no .NET SDK here, SelfTest() compares", 0, 0, 0, 0, 0, [], [])
            : Parity.Compare(written, runtime, model.Samples, [.. model.Indices.Take(options.Images)], options.Workers, cancellationToken);
        parity.Require(path);
        return options.Project
            ? ExportedModel.Of(place, WholeFolder.Write(place, project.Names, folder => project.WriteTo(folder, asProject: true)), parity)
            : ExportedModel.Of(path, project.WriteTo(path, asProject: false), parity);
    }

    // Sums are those of full precision: what 16 bits change is in the weights alone. The golden samples belong to the weights that they were.
    private static TrainedModel Halved(TrainedModel model)
    {
        var halved = model.Description.Nodes().SelectMany(node => node.Tensors).Where(tensor => tensor.Kind == ParameterKind.Weight)
            .Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        var metadata = model.Metadata with { Release = model.Metadata.Release! with { Golden = null } };
        return new TrainedModel(metadata, [.. model.Weights.Select(tensor => !halved.Contains(tensor.Name) ? tensor
            : new NamedTensor(tensor.Name, tensor.Shape, tensor.Values.ToArray().Select(value => (float)(Half)value).ToArray()))]);
    }

    private static IEnumerable<string> Header(TrainedModel model, string name, ExportOptions options)
    {
        var release = model.Metadata.Release!;
        yield return $"{name}: a trained image classifier in one file, without packages. Bytes of a picture in, class and probabilities out:";
        yield return "";
        yield return $"    var classifier = new {name}();";
        yield return "    var prediction = classifier.Predict(pixels);";
        yield return "";
        yield return $"Written by Weft from {OneLine(release.Source)}{(release.Checkpoint is null ? "" : "@" + release.Checkpoint)}, checkpoint SHA-256 "
            + $"{release.SourceSha256}.";
        if (release.Validation is { } validation)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Validation accuracy {100 * validation.Accuracy:F2} % (95 %: "
                + $"{100 * validation.Interval.Low:F2} to {100 * validation.Interval.High:F2} %), {validation.Images} images.");
        }

        if (release.Licence is { } licence)
            yield return $"Licence: {OneLine(licence)}";
        if (options.Half)
            yield return "The weights of convolutions and linear layers have 16 bits.";
        yield return $"It is safe code for .NET 5 and later. Where there is a {name}.weights, embed it as a resource of that name.";
    }

    // What a person wrote ends no comment.
    private static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter));
}
