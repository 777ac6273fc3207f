using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepRebuildCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly Option<string> _from = new("--from")
    {
        Description = "The folder of the runs.", HelpName = "DIR", DefaultValueFactory = _ => "runs",
    };

    private readonly StoreOption _store = new();
    private readonly SweepsOption _sweeps = new();

    public SweepRebuildCommand(Screen screen)
        : base("rebuild", "Makes the rows of a sweep anew from the runs of its trials, where they were lost or damaged. Trains nothing.", screen)
    {
        Arguments.Add(_name);
        foreach (var option in new Option[] { _from, _store, _sweeps })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var runs = new RunStore(parse.GetValue(_from)!);
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        var (sweep, aside) = Sweep.Repair(folder, _store.Home(parse, folder));
        using (sweep)
        {
            if (aside is not null)
                Screen.People.WriteLine($"the damaged rows are kept in {Printable.Escape(RunReference.ShortPath(aside))}");
            var rebuilt = new SweepRebuild(sweep, runs).Run(SweepWork.WorkerName());
            Screen.People.WriteLine(
                $"{Printable.Escape(SweepText.Place(sweep))}: {rebuilt.Trials} trials, {rebuilt.Over} of them over, "
                + $"made from {Printable.Escape(RunReference.ShortPath(runs.Folder))}");
            if (rebuilt.Cap is { } cap)
                Screen.People.WriteLine($"there are more runs than the file asks for: the sweep has {cap} trials; weft sweep extend gives it more");
            if (rebuilt.Waiting > 0)
                Screen.People.WriteLine($"{rebuilt.Waiting} runs belong to later trials: they count when those before them are further");
            Screen.People.WriteLine($"go on: {SweepText.GoOn(sweep)}");
            Screen.WriteJson(new SweepRebuiltDocument(folder.Path, rebuilt.Trials, rebuilt.Over, rebuilt.Waiting));
            return ExitCode.Done;
        }
    }
}
