using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepCommand : StoppableVerb
{
    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "The sweep's file, as W&B has it: method, metric, parameters.", Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly SweepFileOptions _options = new();
    private readonly Option<string?> _name = new("--name")
    {
        Description = "The sweep's name. Default: the file's name entry, or its own name.", HelpName = "TEXT",
    };

    private readonly WholeNumber _workers = new(
        "--workers", "Processes that train at the same time; the result does not depend on it. 0 only makes the sweep.", 0, 256, 1);
    private readonly WholeNumber _threads = new("--threads", "Threads of each worker; the result does not depend on it.", 1, 256, 0, "cores / workers");
    private readonly Option<string?> _budget = new("--budget")
    {
        Description = "Stop and save after this time, such as 90s, 30m or 2h; the same command goes on.", HelpName = "TIME",
    };

    private readonly StoreOption _store = new();
    private readonly SweepsOption _sweeps = new();
    private readonly RunsOption _runs = new();

    public SweepCommand(Screen screen)
        : base("sweep", "Searches for settings: trains the trials that a sweep's file asks for. Killed or stopped, the same command goes on.", screen)
    {
        Arguments.Add(_file);
        _options.AddTo(this);
        foreach (var option in new Option[] { _name, _workers, _threads, _budget, _store, _sweeps, _runs })
            Options.Add(option);
        Subcommands.Add(new SweepPlanCommand(screen));
        Subcommands.Add(new SweepShowCommand(screen));
        Subcommands.Add(new SweepWorkerCommand(screen));
        Subcommands.Add(new SweepFinalsCommand(screen));
        Subcommands.Add(new SweepExtendCommand(screen));
        Subcommands.Add(new SweepStopCommand(screen));
        Subcommands.Add(new SweepRebuildCommand(screen));
        Subcommands.Add(new SweepStartCommand(screen));
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var file = parse.GetValue(_file) ?? throw new WeftException(ErrorKind.InvalidInput, "a sweep needs its file")
        {
            Where = "FILE", Expected = "a YAML file with method, metric and parameters", Found = "nothing", Safe = "nothing was touched",
            Next = new Advice("see what is going on: weft sweep show NAME"),
        };
        var budget = Budget(parse.GetValue(_budget));
        var workers = _workers.Of(parse);
        var threads = _threads.Of(parse) is var given and > 0 ? given : Math.Max(1, Environment.ProcessorCount / Math.Max(1, workers));
        var options = _options.Of(parse) with { Parallel = 2 * workers };
        var definition = Sweep.Define(file, options);
        if (workers == 0 && definition.Parallel is null)
        {
            throw new WeftException(ErrorKind.InvalidInput, "nothing says how many trials may be under way at once")
            {
                Where = file, Expected = "weft: {parallel: N}, twice the workers that shall join", Found = "no weft.parallel, and --workers 0",
                Safe = "nothing was touched",
            };
        }

        foreach (var note in definition.Notes)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
        var runs = _runs.Store(parse);
        using var spent = budget is { } time ? new CancellationTokenSource(time) : new CancellationTokenSource();
        SweepView view = null!;
        var work = new SweepWork(Screen, runs, threads) { Changed = rows => view.Show(rows), BudgetSpent = spent.Token };
        var name = parse.GetValue(_name) ?? definition.Name ?? Path.GetFileNameWithoutExtension(file);
        RunStore.RequireName(name); // its trials' runs are named after it
        var folder = _sweeps.Folder(parse, name);
        using var home = _store.Home(parse, folder, cancellationToken);
        using var sweep = Sweep.Make(
            folder, file, definition, options, work.Identity(SweepFile.Configuration(definition, null), cancellationToken), TimeProvider.System,
            home);
        if (sweep.Store.Read().IsStopped)
            sweep.Store.Change(isStopped: false);
        view = new SweepView(Screen, sweep);
        Introduce(sweep, workers, threads);
        var isSpent = false;
        var failure = ExitCode.Done;
        try
        {
            if (workers == 1)
                work.Run(sweep, cancellationToken);
            else if (workers > 1)
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, spent.Token);
                using var processes = new SweepProcesses(workers, SweepProcesses.ArgumentsOf(sweep, runs, threads));
                failure = processes.Wait(() => Watch(sweep, view), stop.Token);
            }

            isSpent = spent.IsCancellationRequested;
        }
        finally
        {
            view.Close();
            sweep.WriteTable();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return failure != ExitCode.Done ? failure : Report(sweep, runs, view, workers, isSpent);
    }

    private static int Watch(Sweep sweep, SweepView view)
    {
        var rows = sweep.Store.Read();
        view.Show(rows);
        return rows.Trials.Count(trial => trial.IsOver);
    }

    private void Introduce(Sweep sweep, int workers, int threads)
    {
        var (definition, information) = (sweep.Definition, sweep.Information);
        var trials = sweep.Rule.CapOf(sweep.Store.Read()) is { } cap ? $"{cap} trials" : "all of a grid";
        Screen.People.WriteLine(
            $"{Printable.Escape(SweepText.Place(sweep))}: {OptionKey.Write(definition.Method)}, {trials} of at most {information.Epochs} "
            + $"epochs by {Figures.Metric(definition.Metric.Name)}, {workers} {(workers == 1 ? "worker" : "workers")} of {threads} "
            + $"{(threads == 1 ? "thread" : "threads")}"
            + (sweep.Rule.Rungs.Count == 0 ? "" : $"; trials are looked at after {string.Join(", ", sweep.Rule.Rungs)} epochs"
                + (definition.Pruner is EpochPruner { Keep: var keep } ? $", and the best {keep} of them go on under further numbers" : "")));
    }

    private ExitCode Report(Sweep sweep, RunStore runs, SweepView view, int workers, bool isSpent)
    {
        var table = sweep.Table();
        var isOver = table.Rows.Trials.All(trial => trial.IsOver) && !table.Rows.IsStopped && !isSpent;
        var reason = workers == 0 ? "made" : isSpent ? StopReasons.TimeBudget : table.Rows.IsStopped ? "stopped" : StopReasons.Completed;
        Screen.People.WriteLine(
            $"{table.Rows.Trials.Count} trials: {table.Count(TrialState.Finished)} finished, {table.Count(TrialState.Pruned)} pruned, "
            + $"{table.Count(TrialState.Failed)} failed; {Figures.Count(table.Epochs)} epochs in {Figures.Duration(table.Duration)}");
        foreach (var trial in table.Ranked().Take(3))
            Screen.People.WriteLine($"  {view.LineOf(trial)}");
        if (table.Best is { } best)
        {
            var run = RunReference.For(sweep.RunOf(runs, best, table.Rows.Trials));
            Screen.People.WriteLine($"the best of {table.Rows.Trials.Count} is partly luck; its run: {run}");
        }

        var report = SweepReport.Write(sweep);
        foreach (var file in new[] { sweep.Folder.TableFile, report })
            Screen.People.WriteLine($"written to {Printable.Escape(RunReference.ShortPath(file))}");
        if (workers == 0)
            Screen.People.WriteLine($"it is made; a worker joins it from here: weft sweep worker {SweepText.Reference(sweep)}");
        else if (!isOver)
            Screen.People.WriteLine("the sweep goes on where it is with the same command");
        Screen.WriteJson(SweepDocument.Of(sweep, runs, reason) with { Report = report });
        return workers == 0 || (isOver && table.Count(TrialState.Failed) == 0) ? ExitCode.Done : ExitCode.SweepPartial;
    }

    private static TimeSpan? Budget(string? text)
    {
        if (text is null)
            return null;
        var unit = text.Length > 0 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => double.NaN };
        return double.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds is > 0 and <= 1e6
                ? TimeSpan.FromSeconds(number * seconds)
                : throw new WeftException(ErrorKind.InvalidInput, "this is no time")
                {
                    Where = "--budget", Expected = "a number and a unit: 90s, 30m, 2h", Found = $"'{text}'", Safe = "nothing was touched",
                };
    }
}
