using System.CommandLine;
using System.Globalization;
using System.Text;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

internal sealed class ImportCommand : StoppableVerb
{
    private const int LongestList = 1 << 20;

    private readonly Argument<string> _file = new("FILE") { Description = "An .onnx file of an image classifier, by Weft, PyTorch or tf2onnx." };
    private readonly Option<string> _name = new("--name") { Description = "What the network is called here.", HelpName = "NAME", Required = true };
    private readonly Option<string?> _out = new("--out")
    {
        Description = "The model's file. Default: NAME.safetensors, or none where a run is made.", HelpName = "FILE",
    };

    private readonly Option<string?> _classes = new("--classes")
    {
        Description = "Names of the classes in the order of the outputs, unless the file says them: a,b,c or a file with one a line.", HelpName = "LIST|FILE",
    };

    private readonly Option<string?> _mean = new("--mean")
    {
        Description = "Per channel, of pixels from 0 to 1, as the network was trained, unless the file says it.", HelpName = "R,G,B",
    };

    private readonly Option<string?> _deviation = new("--std") { Description = "The standard deviations that go with --mean.", HelpName = "R,G,B" };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Makes a run of it over these data, to be evaluated, analysed, compared and trained further.", HelpName = "NAME|DIR",
    };

    private readonly Option<string?> _licence = new("--licence") { Description = "Under what the network may be used.", HelpName = "TEXT" };
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunsOption _runs = new();

    public ImportCommand(Screen screen) : base("import", "A trained network out of another program's ONNX file; nothing in the file is run.", screen)
    {
        Arguments.Add(_file);
        foreach (var option in (Option[])[_name, _out, _classes, _mean, _deviation, _data, _licence, _threads, _runs])
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var (path, name, data, store) = (parse.GetValue(_file)!, parse.GetValue(_name)!, parse.GetValue(_data), _runs.Store(parse));
        var imported = OnnxImport.Read(path, new OnnxImportChoices(Numbers(parse, _mean), Numbers(parse, _deviation), Classes(parse)));
        var release = imported.Metadata.Release!;
        var model = imported.With(release with { Licence = parse.GetValue(_licence) ?? release.Licence });
        var file = parse.GetValue(_out) ?? (data is null ? $"{name}.safetensors" : null);
        var run = data is null ? null : Begin(model, path, name, data, store, _threads.Of(parse), cancellationToken);
        if (file is not null)
            model.Save(file);
        var parameters = model.Description.Nodes().SelectMany(node => node.Tensors).Where(tensor => tensor.IsTrainable).Sum(tensor => (long)tensor.Length);
        Screen.People.WriteLine(Printable.Escape(
            $"{path}: images of {model.Shape}, {Figures.Count(model.Classes.Count)} classes, {Figures.Count(parameters)} parameters"));
        if (file is not null)
            Screen.People.WriteLine(Printable.Escape($"{file} is the model; try: weft predict {file} FILE"));
        if (run is not null)
            Screen.People.WriteLine(Printable.Escape($"{run.Name} is a run; try: weft analyze {run.Name}"));
        Screen.WriteJson(new ImportDocument(
            name, file is null ? null : Path.GetFullPath(file), run?.Path, model.Shape.Height, model.Shape.Width, model.Shape.Channels, model.Classes,
            parameters, release.SourceSha256));
        return ExitCode.Done;
    }

    private RunFolder Begin(
        TrainedModel model, string path, string name, string data, RunStore store, int threads, CancellationToken cancellationToken) => ImportedRun.Make(
            model, RunOrFile.SourceOf(path, model), threads, DataSets.Values(data, _data.Name),
            configuration => DataSets.Open(configuration, Screen, cancellationToken),
            new NewRun { Store = store, Name = name, CommandLine = CommandLines.OfProcess() }, cancellationToken);

    private static IReadOnlyList<double>? Numbers(ParseResult parse, Option<string?> option) => parse.GetValue(option) is not { } text ? null
        : text.Split(',').Select(number => double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
            : throw new WeftException(ErrorKind.InvalidInput, $"{option.Name} is no list of numbers")
            {
                Where = option.Name, Expected = "numbers with commas between them: 0.485,0.456,0.406", Found = text, Safe = "nothing was written",
            }).ToArray();

    private IReadOnlyList<string>? Classes(ParseResult parse)
    {
        if (parse.GetValue(_classes) is not { } text)
            return null;
        try
        {
            var list = RegularFile.Exists(text) ? Encoding.UTF8.GetString(RegularFile.ReadAllBytes(text, LongestList)).Split('\n') : text.Split(',');
            return [.. list.Select(name => name.Trim()).Where(name => name.Length > 0)];
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the names of the classes cannot be read", text, "nothing was written");
        }
    }
}
