using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class StudyCommand : Verb
{
    private readonly Option<string> _recipes = new("--recipes")
    {
        Description = "tuned (the best we can do) or study (as close to the study's words as they go).",
        HelpName = "GROUP", DefaultValueFactory = _ => "tuned"
    };
    private readonly Option<bool> _quick = new("--quick") { Description = "Little data and few epochs, one seed: all of it within minutes." };
    private readonly WholeNumber _seeds = new("--seeds", "Runs of each network.", 1, 100, 0, "3, with --quick 1");
    private readonly Option<string[]> _also = new("--also")
    { Description = "One more recipe beside the four, as tuned/best. May be repeated.", HelpName = "RECIPE" };
    private readonly Option<bool> _finished = new("--finished") { Description = "Train nothing: go to the last step with the runs that are finished." };
    private readonly Option<bool> _noTest = new("--no-test") { Description = "Stop before the last step: the test images stay closed." };
    private readonly Option<string?> _with = new("--with")
    { Description = "Results that --out wrote, of runs trained elsewhere: what is in there counts as trained and tested.", HelpName = "DIR" };
    private readonly Option<string?> _out = new("--out")
    { Description = "Where the results go. Default: a folder named results in that of the study's runs.", HelpName = "DIR" };
    private readonly Option<string?> _name = new("--name")
    { Description = "The folder of the study's runs, in that of all runs. Default: study- and the recipes.", HelpName = "TEXT" };
    private readonly ConfigurationOptions _configuration = new([.. ConfigurationOptions.Sources, "--seed"]);
    private readonly RunsOption _runs = new();

    public StudyCommand(Screen screen)
        : base("study", "The study: its four networks trained, tested and compared. Killed or stopped, the same command goes on.", screen)
    {
        foreach (var option in new Option[] { _recipes, _quick, _seeds, _also, _finished, _noTest, _with, _out, _name })
            Options.Add(option);
        _configuration.AddTo(this);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var options = OptionsOf(parse);
        var name = parse.GetValue(_name) ?? $"study-{options.Recipes}{(options.Quick ? "-quick" : "")}";
        var store = new RunStore(Path.Combine(_runs.Store(parse).Folder, name));
        var study = new Study(store, options, Published(parse));
        var states = study.Members.ToDictionary(member => member, study.StateOf);
        var members = parse.GetValue(_finished) ? [.. study.Members.Where(member => states[member] == PlannedState.Finished)] : study.Members;
        if (members.Count == 0)
            throw new WeftException(ErrorKind.InvalidInput, "no run of the study is finished yet")
            {
                Where = store.Folder,
                Safe = "nothing was touched",
                Next = new Advice("start the study without --finished"),
            };
        Screen.People.WriteLine(
            $"{Printable.Escape(RunReference.ShortPath(store.Folder))}: {members.Count} runs, "
            + $"{members.Count(member => states[member] == PlannedState.Finished)} of them finished");
        using var session = new WatchedTraining(Screen, []);
        return session.Stoppable(() =>
        {
            if (TrainAll(study, members, session) is var code and not ExitCode.Done)
                return code;
            if (parse.GetValue(_noTest))
            {
                Screen.People.WriteLine("all runs are finished; the test images were not opened");
                Screen.WriteJson(new StudyProgressDocument(members.Count, Finished: true, Tested: false));
                return ExitCode.Done;
            }

            Test(study, members, session, store, Path.GetFullPath(parse.GetValue(_out) ?? Path.Combine(store.Folder, "results")));
            return ExitCode.Done;
        });
    }

    // A run that fails leaves the others to be trained; the last step waits until none fails.
    private ExitCode TrainAll(Study study, IReadOnlyList<StudyMember> members, WatchedTraining session)
    {
        WeftException? first = null;
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            if (study.StateOf(member) == PlannedState.Finished)
                continue;
            Screen.People.WriteLine($"\nrun {i + 1} of {members.Count}: {member.Recipe}, seed {member.Seed}");
            var (code, result) = (ExitCode.Done, (TrainingResult?)null);
            try
            {
                (code, result, _) = session.Train(data => study.Plan(member, data, CommandLines.OfProcess()));
            }
            catch (WeftException failure) when (failure.Kind == ErrorKind.Diverged)
            {
                Screen.People.WriteLine($"{Printable.Escape(member.RunName)} diverged: {Printable.Escape(failure.What)}");
                first ??= failure;
                continue;
            }

            if (code == ExitCode.Done && result!.StopReason == StopReasons.TimeBudget)
                code = ExitCode.SweepPartial;
            if (code != ExitCode.Done)
            {
                Screen.People.WriteLine("the study goes on where it is with the same command");
                return code;
            }
        }

        return first is null ? ExitCode.Done : throw first;
    }

    private void Test(Study study, IReadOnlyList<StudyMember> members, WatchedTraining session, RunStore store, string folder)
    {
        Screen.People.WriteLine($"\nlast step: {members.Count} runs on the test images, each noted in the ledger");
        var rows = new List<(StudyMember Member, StudyRow Row, RunResult Result)>();
        foreach (var member in members)
        {
            var result = study.Test(member, session.OpenData, member.Configuration.Value.Training.Threads, session.Stop);
            rows.Add((member, StudyRow.Of(member, result, CommandText.For(member.ByItself)), result));
        }

        var comparison = new ModelComparison([.. rows.Select(row => row.Result)]);
        var bars = AccuracyBar.Of(comparison);
        var openings = study.Openings();
        string[] table =
        [
            $"{Figures.Count(rows[0].Result.Predictions.Count)} test images, opened {openings.Openings.Count} times for {rows.Count} runs",
            .. openings.DamagedLines == 0
                ? Array.Empty<string>()
                : [$"{openings.DamagedLines} of the ledger's lines cannot be read; each may have been one more opening"],
            .. ComparisonTable.Lines(comparison), "", .. AccuracyChart.Lines(bars, 100),
        ];
        StudyResults.Write(folder, rows, openings);
        StudyResults.WriteText(folder, "comparison.txt", string.Join('\n', table) + "\n");
        StudyResults.WriteText(folder, "accuracy.svg",
            AccuracyChart.File(bars, $"Fashion-MNIST, test accuracy, recipes {study.Options.Recipes}{(study.Options.Quick ? " (quick)" : "")}"));
        foreach (var line in table)
            Screen.People.WriteLine(line);
        var reported = WriteReport(Path.Combine(folder, "report.html"), comparison, openings, session, store, members[0].Configuration.Value.Data);
        Screen.People.WriteLine(
            $"written to {Printable.Escape(RunReference.ShortPath(folder))}: {(reported ? "report.html, " : "")}summary.json, comparison.txt, accuracy.svg, "
                + "test_ledger.jsonl and the runs");
        Screen.WriteJson(new ComparisonDocument(comparison) { Results = folder, TestOpenings = openings.Openings.Count });
    }

    /// <summary>
    /// Mistakes are analysed on the validation images, so the report opens the test images no further; and by the checkpoints, so only of runs that are here.
    /// </summary>
    private bool WriteReport(string file, ModelComparison comparison, TestOpenings openings, WatchedTraining session, RunStore store, DataConfiguration data)
    {
        var here = comparison.Groups.Select(group => group.Runs.FirstOrDefault(run => Path.GetDirectoryName(run.Run.Folder.Path) == store.Folder)).ToList();
        foreach (var group in comparison.Groups.Where((_, i) => here[i] is null))
            Screen.People.WriteLine($"report.html has no part about {group.Label}: its checkpoints are elsewhere");
        var checkpoints = here.OfType<RunResult>().Select(run => store.FindCheckpoint($"{run.Run.Folder.Path}@{run.Checkpoint}")).ToList();
        if (checkpoints.Count == 0)
            return false;
        var builder = new ReportBuilder(Screen, EvaluationSplit.Validation, Environment.ProcessorCount, _ => session.OpenData(data), session.Stop);
        ReportBuilder.Write(file, builder.Build(checkpoints, [.. comparison.Groups.SelectMany(group => group.Runs).Select(run => run.Run)], openings));
        return true;
    }

    private RunStore? Published(ParseResult parse)
    {
        if (parse.GetValue(_with) is not { } folder)
            return null;
        if (File.Exists(Path.Combine(folder, "summary.json")))
            return new RunStore(folder);
        throw new WeftException(ErrorKind.InvalidInput, "there are no results of a study")
        {
            Where = "--with",
            Expected = "a folder that weft study --out wrote, with its summary.json", Found = $"'{folder}'", Safe = "nothing was touched"
        };
    }

    private StudyOptions OptionsOf(ParseResult parse)
    {
        var recipes = parse.GetValue(_recipes)!;
        if (recipes is not ("tuned" or "study"))
            throw new WeftException(ErrorKind.InvalidInput, "there are no such recipes")
            {
                Where = "--recipes",
                Expected = "tuned or study", Found = $"'{recipes}'", Safe = "nothing was touched"
            };
        var quick = parse.GetValue(_quick);
        return new StudyOptions
        {
            Recipes = recipes,
            Quick = quick,
            Seeds = _seeds.Of(parse) is var seeds and > 0 ? seeds : quick ? 1 : 3,
            Also = parse.GetValue(_also) ?? [],
            Overrides = _configuration.Overrides(parse),
        };
    }
}
