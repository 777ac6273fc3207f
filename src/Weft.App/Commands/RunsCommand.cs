using System.Globalization;
using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class RunsCommand : Verb
{
    private readonly RunsOption _runs = new() { Recursive = true };

    public RunsCommand(Screen screen) : base("runs", "Lists the runs; shows or watches one.", screen)
    {
        Options.Add(_runs);
        Subcommands.Add(new RunsShowCommand(screen, _runs));
        Subcommands.Add(new RunsWatchCommand(screen, _runs));
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var store = _runs.Store(parse);
        var listing = store.Look();
        var (runs, unreadable) = (new List<RunSummary>(), listing.Unreadable.ToList());
        foreach (var run in listing.Runs)
        {
            try
            {
                runs.Add(new RunSummary(run));
            }
            catch (WeftException problem)
            {
                unreadable.Add(new UnreadableRun(run.Folder, problem));
            }
        }

        if (runs.Count > 0)
            WriteTable(runs);
        else if (unreadable.Count == 0)
            Screen.People.WriteLine($"no runs in {Printable.Escape(store.Folder)}; the first: weft train");
        foreach (var run in runs.Where(run => run.Damage is not null))
            Screen.People.WriteLine($"{Printable.Escape(run.Name)}: {run.Damage}");
        foreach (var run in unreadable)
            Screen.People.WriteLine(
                $"{Printable.Escape(run.Folder.Name)} cannot be read: {Printable.Escape(run.Problem.What)}"
                + (run.Problem.Found is { } found ? $" ({Printable.Escape(found)})" : ""));
        Screen.WriteJson(new RunsDocument(
            store.Folder, [.. runs.Select(run => run.ToDocument())],
                [.. unreadable.Select(run => new UnreadableRunEntry(run.Folder.Path, (int)ExitCodes.For(run.Problem.Kind), run.Problem.What))]));
        return ExitCode.Done;
    }

    private void WriteTable(List<RunSummary> runs)
    {
        var nameWidth = Math.Max(4, runs.Max(run => Printable.Escape(run.Name).Length));
        var wide = !Screen.PeopleHaveTerminal || Screen.Width >= nameWidth + 70;
        Screen.People.WriteLine(
            $"{"run".PadRight(nameWidth)}  {"epochs",7}  {"best",9}" + (wide ? $"  {"at",4}  {"loss",8}  {"time",8}  {"started",16}  state" : "  state"));
        foreach (var run in runs)
        {
            var best = run.Best is { } row ? Figures.Percent(row.ValidationAccuracy) : "–";
            var middle = wide
                ? $"  {run.Best?.Epoch,4}  {(run.Best is { } b ? Figures.Loss(b.ValidationLoss) : "–"),8}  {Figures.Duration(run.Trained),8}  "
                    + $"{run.Started.LocalDateTime,16:yyyy-MM-dd HH:mm}"
                : "";
            Screen.People.WriteLine(
                $"{Printable.Escape(run.Name).PadRight(nameWidth)}  {$"{run.EpochsDone}/{run.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "?"}",7}  "
                + $"{best,9}{middle}  {run.State}{(run.IsReleased ? ", checkpoints deleted" : "")}");
        }

        if (ValidationSet.Note([.. runs.Select(run => run.Run.Information.Data)]) is { } note)
            Screen.People.WriteLine($"note: {note}");
    }
}
