using System.CommandLine;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

internal sealed class ModelsCommand : Command
{
    public ModelsCommand(Screen screen) : base("models", "Networks that know pictures already: what there are, fetch one, bring one from another program.")
    {
        Subcommands.Add(new ModelsListCommand(screen));
        Subcommands.Add(new ModelsGetCommand(screen));
        Subcommands.Add(new ModelsImportCommand(screen));
    }
}

internal sealed class ModelsListCommand(Screen screen) : Verb("list", "The weights that are known or here: source, licence, size, checksum.", screen)
{
    protected override ExitCode Run(ParseResult parse)
    {
        var store = UserModels.Store(Screen);
        var here = store.Names;
        var known = KnownModels.All.Select(model => new ModelEntry
        {
            Name = model.Name, Source = $"{model.Package} {model.Version}", Licence = model.Licence, Sha256 = model.Sha256, Bytes = model.Bytes,
            File = here.Contains(model.Name) ? store.PathOf(model.Name) : null,
        });
        var imported = here.Where(name => KnownModels.All.All(model => model.Name != name)).Select(name => Imported(name, store.PathOf(name)));
        var entries = known.Concat(imported).ToList();
        foreach (var entry in entries)
        {
            Screen.People.WriteLine(Printable.Escape($"{entry.Name}: {entry.Source}, {entry.Licence}, {Figures.Bytes(entry.Bytes)}, SHA-256 {entry.Sha256}"));
            if (KnownModels.All.FirstOrDefault(model => model.Name == entry.Name) is { } model)
                Screen.People.WriteLine($"  {model.Summary}");
            Screen.People.WriteLine(Printable.Escape(entry.File is { } file ? $"  here: {file}" : $"  not here yet: weft models get {entry.Name}"));
        }

        Screen.WriteJson(new ModelsDocument(entries));
        return ExitCode.Done;
    }

    private static ModelEntry Imported(string name, string path)
    {
        var metadata = PretrainedWeights.Read(path).Metadata;
        return new ModelEntry
        {
            Name = name, Source = metadata.Source, Licence = metadata.Licence, Sha256 = metadata.SourceSha256, Bytes = new FileInfo(path).Length, File = path,
        };
    }
}

/// <summary>A verb that ends with weights in the user's cache.</summary>
internal abstract class ModelVerb(string name, string description, Screen screen) : StoppableVerb(name, description, screen)
{
    protected void Show(string name, string file)
    {
        var metadata = PretrainedWeights.Read(file).Metadata;
        foreach (var (theirs, ours) in metadata.Taken)
            Screen.People.WriteLine(Printable.Escape(theirs == ours ? ours : $"{ours} from {theirs}"));
        foreach (var theirs in metadata.LeftOver)
            Screen.People.WriteLine(Printable.Escape($"not taken: {theirs}"));
        Screen.People.WriteLine(Printable.Escape($"{name} in {file}: {metadata.Network}, {metadata.Taken.Count} tensors taken, {metadata.LeftOver.Count} not"));
        Screen.People.WriteLine(Printable.Escape($"from {metadata.Source}, licence {metadata.Licence}, SHA-256 {metadata.SourceSha256}"));
        Screen.People.WriteLine("weights may carry terms of the pictures that they were trained on: check that you may use them");
        Screen.WriteJson(ModelDocument.Of(name, file, metadata));
    }
}

internal sealed class ModelsGetCommand : ModelVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The weights' name, as weft models list has it." };

    public ModelsGetCommand(Screen screen) : base("get", "Fetches weights, verifies and converts them, unless they are here.", screen) => Arguments.Add(_name);

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var name = parse.GetValue(_name)!;
        Show(name, KnownModels.Get(name, UserModels.Store(Screen), cancellationToken));
        return ExitCode.Done;
    }
}

internal sealed class ModelsImportCommand : ModelVerb
{
    private readonly Argument<string> _file = new("FILE") { Description = "An .onnx, .pth, .pt or .safetensors file of one of the catalog's networks." };
    private readonly Option<string> _as = new("--as") { Description = "The name that the weights get here.", HelpName = "NAME", Required = true };
    private readonly Option<string> _licence = new("--licence")
    {
        Description = "Under what they may be used, to be remembered with them.", HelpName = "TEXT", DefaultValueFactory = _ => "unknown",
    };

    public ModelsImportCommand(Screen screen) : base("import", "Makes weights of another program's file; nothing in the file is run.", screen)
    {
        Arguments.Add(_file);
        Options.Add(_as);
        Options.Add(_licence);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var (name, path, store) = (parse.GetValue(_as)!, parse.GetValue(_file)!, UserModels.Store(Screen));
        Show(name, KnownModels.Import(path, name, new WeightsOrigin(Path.GetFileName(path), parse.GetValue(_licence)!), store));
        return ExitCode.Done;
    }
}
