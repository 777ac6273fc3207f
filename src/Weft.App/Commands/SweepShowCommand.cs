using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepShowCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The sweep's name, or its folder." };
    private readonly WholeNumber _top = new("--top", "How many of the best trials are listed.", 1, 100_000, 20);
    private readonly Option<bool> _report = new("--report") { Description = "Write the sweep's report.html, too." };
    private readonly SweepsOption _sweeps = new();
    private readonly StoreOption _store = new();
    private readonly RunsOption _runs = new();

    public SweepShowCommand(Screen screen) : base("show", "A sweep as it is now: its trials, the best first, and what its parameters explain.", screen)
    {
        Arguments.Add(_name);
        foreach (var option in new Option[] { _top, _report, _store, _sweeps, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var folder = _sweeps.Folder(parse, parse.GetValue(_name)!);
        using var sweep = Sweep.Open(folder, _store.Home(parse, folder));
        var table = sweep.Table();
        var trials = table.Rows.Trials;
        var view = new SweepView(Screen, sweep);
        Screen.People.WriteLine(
            $"{Printable.Escape(SweepText.Place(sweep))}: {trials.Count}"
            + (sweep.Rule.CapOf(table.Rows) is { } cap ? $" of {cap}" : "")
            + $" trials, {table.Count(TrialState.Finished)} finished, {table.Count(TrialState.Pruned)} pruned, {table.Count(TrialState.Failed)} failed, "
            + $"{table.Count(TrialState.Running)} running; {Figures.Count(table.Epochs)} epochs{(table.Rows.IsStopped ? "; stopped" : "")}");
        var ranked = table.Ranked().ToList();
        var others = trials.Where(trial => trial.State != TrialState.Finished).OrderBy(trial => trial.State).ThenBy(trial => trial.Number);
        foreach (var trial in ranked.Concat(others).Take(_top.Of(parse)))
            Screen.People.WriteLine($"  {view.LineOf(trial)}");
        var importance = SweepInsight.Importance(sweep.Definition, trials);
        foreach (var (key, share) in importance.OrderByDescending(pair => pair.Value))
            Screen.People.WriteLine($"  {key} explains {Figures.Percent(share, 0)} of the differences");
        foreach (var rung in SweepInsight.Rungs(sweep, trials))
        {
            if (rung.Agreement is { } tau)
                Screen.People.WriteLine(
                    $"  ranks after {rung.Epochs} epochs agree with those at the end by {Figures.Fixed(tau, 2)} (Kendall's tau)"
                    + (rung.IsWeak ? "; a later first look would prune better" : ""));
        }

        var report = parse.GetValue(_report) ? SweepReport.Write(sweep) : null;
        if (report is not null)
            Screen.People.WriteLine($"written to {Printable.Escape(RunReference.ShortPath(report))}");
        var reason = table.Rows.IsStopped ? "stopped" : trials.Count > 0 && trials.All(trial => trial.IsOver) ? StopReasons.Completed : "running";
        Screen.WriteJson(SweepDocument.Of(sweep, _runs.Store(parse), reason) with
        {
            Table = [.. trials.Select(trial => new TrialEntry(
                trial.Number, OptionKey.Write(trial.State), trial.Epochs, Finite(trial.Best?.Loss), Finite(trial.Best?.Accuracy), sweep.SettingsOf(trial),
                trial.Reason))],
            Importance = importance,
            Report = report,
        });
        return ExitCode.Done;
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
