using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class DataCommand : Command
{
    public DataCommand(Screen screen) : base("data", "Data sets: fetch and verify, look at samples, check for duplicates and balance, review labels.")
    {
        Subcommands.Add(new DataGetCommand(screen));
        Subcommands.Add(new DataShowCommand(screen));
        Subcommands.Add(new DataAuditCommand(screen));
        Subcommands.Add(new DataReviewCommand(screen));
    }
}

/// <summary>A verb about one data set.</summary>
internal abstract class DataVerb : StoppableVerb
{
    private readonly Argument<string> _name = new("NAME")
    { Description = "The data set's name, or a folder with its files.", DefaultValueFactory = _ => FashionMnist.Name };

    protected DataVerb(string name, string description, Screen screen) : base(name, description, screen) => Arguments.Add(_name);

    protected sealed override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        using var downloads = new DownloadView(Screen);
        return Run(parse, parse.GetValue(_name)!, new DataOptions { Progress = downloads.Show }, cancellationToken);
    }

    protected abstract ExitCode Run(ParseResult parse, string name, DataOptions options, CancellationToken cancellationToken);

    protected void SayNotes(ImageDataset data)
    {
        foreach (var note in data.Notes)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
    }
}

internal sealed class DataGetCommand : DataVerb
{
    private readonly Option<bool> _replace = new("--replace") { Description = "Fetch anew, whatever is there." };

    public DataGetCommand(Screen screen) : base("get", "Finds or downloads a data set and verifies all of it.", screen) => Options.Add(_replace);

    protected override ExitCode Run(ParseResult parse, string name, DataOptions options, CancellationToken cancellationToken)
    {
        var data = DataSets.Get(name, options, parse.GetValue(_replace), cancellationToken);
        var test = data.LoadTest();
        SayNotes(data);
        Screen.People.WriteLine($"{Printable.Escape(data.Name)} in {Printable.Escape(data.Folder ?? "memory")}");
        Screen.People.WriteLine(
            $"{Figures.Count(data.Train.Count)} training and {Figures.Count(test.Count)} test images of {data.Shape}, {data.ClassCount} classes, "
            + (data.IsPublished ? "byte for byte as published" : "not the published files"));
        Screen.People.WriteLine($"fingerprint {data.Fingerprint}");
        Screen.WriteJson(new DataGetDocument(data.Name, data.Folder, data.Train.Count, test.Count, data.Fingerprint, data.IsPublished));
        return ExitCode.Done;
    }
}
