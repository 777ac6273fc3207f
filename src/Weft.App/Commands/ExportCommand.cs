using System.CommandLine;
using System.Globalization;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

internal sealed class ExportCommand : StoppableVerb
{
    private readonly Argument<string> _model = new("RUN") { Description = OpenedModel.Description };
    private readonly Option<string> _format = new("--format")
    {
        Description = $"What it becomes: {string.Join(", ", ExportFormat.All.Select(format => format.Name))}.", HelpName = "NAME", Required = true,
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "The file (or folder). Default: export/RUN with the format's ending.", HelpName = "FILE",
    };

    private readonly Option<string?> _licence = new("--licence")
    {
        Description = "Under what the model may be used, to be written into it.", HelpName = "TEXT",
    };

    private readonly Option<bool> _fold = new(OnnxExport.FoldOption)
    {
        Description = "onnx: batch norms become part of the layers before them, for small runtimes.",
    };

    private readonly Option<string?> _preprocessing = new(OnnxExport.PreprocessingOption)
    {
        Description = "onnx: table (the engine's own bits) or arithmetic (for runtimes without Gather). Default: table.", HelpName = "HOW",
    };

    private readonly Option<bool> _project = new(CSharpExport.ProjectOption) { Description = "csharp: a folder that runs with dotnet run." };

    private readonly Option<bool> _half = new(CSharpExport.HalfOption) { Description = "csharp: weights of 16 bits, half the size." };

    private readonly WholeNumber _images = new("--images", "What was written is compared on so many validation images.", 1, 10_000_000, 1000, "1,000");
    private readonly RunDataOption _data = new();
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunsOption _runs = new();

    public ExportCommand(Screen screen) : base(
        "export", "A trained network for other programs, compared on real images with what it was before anything is left.", screen)
    {
        Arguments.Add(_model);
        foreach (var option in (Option[])[_format, _out, _licence, _fold, _preprocessing, _project, _half, _images, _data, _threads, _runs])
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var format = Format(parse.GetValue(_format)!);
        RequireChoices(parse, format);
        var (threads, reference) = (_threads.Of(parse), parse.GetValue(_model)!);
        var checkpoint = OpenedModel.FindCheckpoint(reference, _runs.Store(parse));
        var options = new ExportOptions
        {
            Images = _images.Of(parse), Threads = threads, Onnx = new OnnxOptions { Fold = parse.GetValue(_fold), Preprocessing = Preprocessing(parse) },
            Project = parse.GetValue(_project), Half = parse.GetValue(_half),
            OnnxRuntime = Environment.GetEnvironmentVariable("WEFT_ONNXRUNTIME"), PackageFolder = UserModels.PackageFolder,
        };
        var path = Path.GetFullPath(parse.GetValue(_out) ?? Path.Combine("export", OpenedModel.NameOf(reference, checkpoint) + format.Extension));
        var model = Released(parse, reference, checkpoint, cancellationToken);
        var written = format.Write(model, path, options, cancellationToken);
        Show(written, model.Model.Metadata.Release!);
        Screen.WriteJson(Document(checkpoint, format, written));
        return ExitCode.Done;
    }

    private ReleasedModel Released(ParseResult parse, string reference, CheckpointReference? checkpoint, CancellationToken cancellationToken)
    {
        if (checkpoint is null)
            return ReleasedModel.Of(OpenedModel.Load(reference), reference);
        using var evaluation = new RunEvaluation(checkpoint, _data.Opener(parse, Screen, cancellationToken), _threads.Of(parse));
        return ReleasedModel.Of(evaluation, _threads.Of(parse), parse.GetValue(_licence), cancellationToken);
    }

    private OnnxPreprocessing Preprocessing(ParseResult parse) => parse.GetValue(_preprocessing) switch
    {
        null or "table" => OnnxPreprocessing.Table,
        "arithmetic" => OnnxPreprocessing.Arithmetic,
        var other => throw new WeftException(ErrorKind.InvalidInput, $"there is no preprocessing '{other}'")
        {
            Where = _preprocessing.Name, Expected = "table or arithmetic", Found = other, Safe = "nothing was written",
        },
    };

    // An option that the format does not know would do nothing, and nobody would be told.
    private void RequireChoices(ParseResult parse, ExportFormat format)
    {
        var choices = ExportFormat.All.SelectMany(other => other.Choices).Except(format.Choices).ToHashSet();
        if (Options.FirstOrDefault(option => choices.Contains(option.Name) && parse.GetResult(option) is { Implicit: false }) is { } option)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"{option.Name} says nothing about {format.Name}")
            {
                Where = option.Name,
                Expected = string.Join(", ", ExportFormat.All.Where(other => other.Choices.Contains(option.Name)).Select(other => other.Name)),
                Found = format.Name, Safe = "nothing was written",
            };
        }
    }

    private static ExportFormat Format(string name) => ExportFormat.All.FirstOrDefault(format => format.Name == name) ?? throw new WeftException(
        ErrorKind.InvalidInput, $"there is no format '{name}'{(Suggestion.For(name, [.. ExportFormat.All.Select(format => format.Name)]) is { } nearest
            ? $"; did you mean '{nearest}'?" : "")}")
    {
        Where = "--format", Expected = string.Join(", ", ExportFormat.All.Select(format => format.Name)), Found = name, Safe = "nothing was written",
    };

    private void Show(ExportedModel written, ModelRelease release)
    {
        Screen.People.WriteLine(Printable.Escape($"{RunReference.ShortPath(written.File)}: {Figures.Bytes(written.Bytes)}, SHA-256 {written.Sha256}"));
        if (release.Validation is { } validation)
        {
            Screen.People.WriteLine($"validation accuracy {Figures.Percent(validation.Accuracy)} (95 %: {Figures.Percent(validation.Interval.Low)} to "
                + $"{Figures.Percent(validation.Interval.High)}), {Figures.Count(validation.Images)} images; temperature "
                + validation.Temperature.ToString("F3", CultureInfo.InvariantCulture));
        }

        var parity = written.Parity;
        Screen.People.WriteLine($"{parity}");
        if (parity.NearTies.Count > 0)
        {
            Screen.People.WriteLine(
                $"note: of images {string.Join(", ", parity.NearTies)} two classes are as good as equal, and another one of them came first.");
        }
    }

    private static ExportDocument Document(CheckpointReference? checkpoint, ExportFormat format, ExportedModel written) => new(
        checkpoint?.Run.Path, checkpoint?.Name, format.Name, written.File, written.Bytes, written.Sha256,
        new ParityEntry(written.Parity.Runtime, written.Parity.Images, written.Parity.SameClass, written.Parity.MaxProbabilityDifference, written.Parity.Image)
        {
            MaxLogitDifference = written.Parity.MaxLogitDifference,
            NearTies = written.Parity.NearTies.Count == 0 ? null : written.Parity.NearTies,
        });
}
