using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepFinalsCommand : Verb
{
    private const long FirstSeed = 1001; // far from the seeds that searches are made with

    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly WholeNumber _top = new("--top", "How many of the best trials, next to the default.", 1, 100, 4);
    private readonly WholeNumber _seeds = new("--seeds", "Fresh seeds of each.", 1, 100, 5);
    private readonly WholeNumber _threads = WholeNumber.Threads("Threads of a training; the result does not depend on it.");
    private readonly SweepsOption _sweeps = new();
    private readonly StoreOption _store = new();
    private readonly RunDataOption _data = RunDataOption.OfSweep();
    private readonly RunsOption _runs = new();

    public SweepFinalsCommand(Screen screen)
        : base("finals", "Trains the best trials and the default with fresh seeds, and tells whether the search found anything.", screen)
    {
        Arguments.Add(_name);
        foreach (var option in new Option[] { _top, _seeds, _threads, _store, _data, _sweeps, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder), _data.Values(parse));
        var table = sweep.Table();
        var best = table.Ranked().Select(trial => trial with { Number = sweep.OriginOf(trial, table.Rows.Trials) }).Where(trial => trial.Number != 0)
            .Take(_top.Of(parse)).ToList();
        if (best.Count == 0)
        {
            throw new WeftException(ErrorKind.InvalidInput, "no trial but the default is finished yet")
            {
                Where = sweep.Where, Safe = "nothing was touched", Next = new Advice($"weft sweep show {SweepText.Reference(sweep)}"),
            };
        }

        var view = new SweepView(Screen, sweep);
        var contest = new Contest(
            _runs.Store(parse), $"{sweep.Folder.Name}-final",
            [
                new Contender("default", "the default", sweep.ConfigurationOf(0, []), Note: NoteOf(0)),
                .. best.Select(trial => new Contender(
                    string.Create(CultureInfo.InvariantCulture, $"{trial.Number:0000}"), $"trial {trial.Number}: {view.Settings(trial)}",
                    sweep.ConfigurationOf(trial.Number, trial.Settings), trial.Best!.Value.Value, NoteOf(trial.Number))),
            ],
            _seeds.Of(parse), FirstSeed, sweep.Definition.Metric);
        var threads = _threads.Of(parse);
        using var session = new WatchedTraining(Screen, []);
        return session.Stoppable(() =>
        {
            sweep.Keep();
            var file = sweep.Folder.FinalsFile;
            var (code, outcome) = new ContestWork(Screen, session, threads).Run(contest, file);
            if (outcome is null)
                return code;
            var choice = outcome.Choice;
            Screen.People.WriteLine(
                choice.CanBeToldApart ? $"take {Printable.Escape(choice.Contender.Label)}"
                : $"none is better than the default beyond chance; take the cheapest: {Printable.Escape(choice.Contender.Label)}");
            Screen.People.WriteLine($"  {RunReference.For(choice.Runs[0].Run.Folder)}");
            Screen.People.WriteLine($"written to {Printable.Escape(RunReference.ShortPath(SweepReport.Write(sweep)))}");
            Screen.WriteJson(ContestDocument.Of(outcome, file));
            return ExitCode.Done;
        });

        TrialNote NoteOf(int trial) => new(sweep.Folder.Name, trial) { IsFinalist = true };
    }
}
