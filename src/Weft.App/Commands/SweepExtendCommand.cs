using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepExtendCommand : Verb
{
    private const int Most = 1_000_000;

    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly Option<string> _trials = new("--trials")
    {
        Description = "+N for N more, or how many there shall be in all.", HelpName = "N", Required = true,
    };

    private readonly SweepsOption _sweeps = new();
    private readonly StoreOption _store = new();

    public SweepExtendCommand(Screen screen) : base("extend", "Gives a sweep more trials; those that it has stay what they are.", screen)
    {
        Arguments.Add(_name);
        Options.Add(_trials);
        Options.Add(_sweeps);
        Options.Add(_store);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder));
        if (sweep.Definition.Pruner is EpochPruner)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"the sweep {sweep.Folder.Name} chooses the best among all its trials, so it cannot have more")
            {
                Where = sweep.Where, Expected = "early_terminate.type asha or hyperband, or none", Found = "epoch", Safe = "nothing was changed",
                Next = new Advice("begin another sweep, with another weft.seed and name"),
            };
        }

        var rows = sweep.Store.Read();
        var had = rows.Cap ?? sweep.Definition.RunCap ?? rows.Trials.Count;
        var text = parse.GetValue(_trials)!;
        var shall = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? text.StartsWith('+') ? (long)had + number : number : 0;
        if (shall <= had || shall > Most)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"the sweep {sweep.Folder.Name} has {had} trials already")
            {
                Where = "--trials", Expected = $"+N, or more than {had}", Found = $"'{text}'", Safe = "nothing was changed",
            };
        }

        sweep.Store.Change(cap: (int)shall);
        Screen.People.WriteLine(
            $"{Printable.Escape(sweep.Folder.Name)} has {shall} trials now; go on: {SweepText.GoOn(sweep)}");
        return ExitCode.Done;
    }
}
