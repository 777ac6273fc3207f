using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepStopCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly SweepsOption _sweeps = new();
    private readonly StoreOption _store = new();

    public SweepStopCommand(Screen screen) : base("stop", "Lets no further trial of a sweep begin; those under way end as they would.", screen)
    {
        Arguments.Add(_name);
        Options.Add(_sweeps);
        Options.Add(_store);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder));
        sweep.Store.Change(isStopped: true);
        Screen.People.WriteLine($"{Printable.Escape(sweep.Folder.Name)} begins no further trial; its command goes on with it");
        return ExitCode.Done;
    }
}
