using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

internal sealed class ReportCommand : Verb
{
    private readonly Argument<string[]> _reports = new("RUN")
    {
        Description = "The runs, or checkpoints of them: RUN@best, RUN@last, RUN@EPOCH. Default: latest.", Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<EvaluationSplit> _split = SplitOption.Create();
    private readonly Option<string?> _out = new("--out") { Description = "The page. Default: report.html in the (first) run's folder.", HelpName = "FILE" };
    private readonly WholeNumber _threads = new("--threads", "Worker threads.", 1, 256, Math.Min(256, Environment.ProcessorCount), "all cores");
    private readonly RunsOption _runs = new();

    public ReportCommand(Screen screen) : base("report", "One HTML page about one run or several: findings, curves, mistakes and their reasons, costs. Analyses first what is not analysed yet.", screen)
    {
        Arguments.Add(_reports);
        foreach (var option in new Option[] { _split, _out, _threads, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var (threads, split, store) = (_threads.Of(parse), parse.GetValue(_split), _runs.Store(parse));
        var checkpoints = (parse.GetValue(_reports) is { Length: > 0 } given ? given : ["latest"]).Select(store.FindCheckpoint).DistinctBy(checkpoint => checkpoint.Path).ToList();
        using var signals = new StopSignals(_ => { }, _ => { });
        try
        {
            var runs = checkpoints.Select(checkpoint => new ReportRun(checkpoint, Analysis(checkpoint, split, threads, signals.Token), RunReference.For(checkpoint.Run, store))).ToList();
            var ledger = checkpoints.Select(checkpoint => Path.GetDirectoryName(checkpoint.Run.Path)!).Distinct().SelectMany(folder => new TestLedger(folder).Read()).OrderBy(opening => opening.Time).ToList();
            var page = new ReportPage(runs, ledger, ComparisonSection.Render([.. runs.Select(run => run.Reader)], split), TimeProvider.System.GetUtcNow()).Render();
            var file = Path.GetFullPath(parse.GetValue(_out) ?? checkpoints[0].Run.ReportFile);
            Write(file, page, checkpoints[0].Run, isInRun: parse.GetValue(_out) is null);
            var bytes = Encoding.UTF8.GetByteCount(page);
            Screen.People.WriteLine($"{Printable.Escape(RunReference.ShortPath(file))}: {runs.Count} {(runs.Count == 1 ? "run" : "runs")}, {Figures.Bytes(bytes)}");
            Screen.WriteJson(new JsonObject { ["file"] = file, ["bytes"] = bytes, ["runs"] = new JsonArray([.. runs.Select(run => JsonValue.Create(run.Reader.Folder.Path))]), ["split"] = split.ToString().ToLowerInvariant() });
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (signals.Received is { } signal)
        {
            return signal;
        }
    }

    private StoredAnalysis Analysis(CheckpointReference checkpoint, EvaluationSplit split, int threads, CancellationToken stop)
    {
        if (StoredAnalysis.TryRead(checkpoint, split) is { } stored)
            return stored;
        using var owned = RunOwnership.TakeUnlessBusy(checkpoint.Run);
        var options = new AnalysisOptions { Split = split, Threads = threads, Progress = what => Screen.People.WriteLine($"… {Printable.Escape(checkpoint.Run.Name)}: {what}") };
        using var analysis = new RunAnalysis(checkpoint, configuration => OpenData(configuration, stop), options, stop);
        var result = analysis.Run(new TestLedger(Path.GetDirectoryName(checkpoint.Run.Path)!));
        if (owned is not null)
            AnalysisFiles.Write(owned, result);
        return StoredAnalysis.Of(result);
    }

    private static void Write(string file, string page, RunFolder run, bool isInRun)
    {
        using var owned = isInRun ? RunLock.Take(run) : null; // only a run's owner writes in its folder
        try
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            File.WriteAllText(file + ".tmp", page);
            File.Move(file + ".tmp", file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WeftException(ExitCode.IoError, "the report cannot be written", failure) { Where = file, Found = failure.Message, Safe = "the runs are untouched", Do = "weft report RUN --out FILE, with a file you may write" };
        }
    }

    private ImageDataset OpenData(DataConfiguration configuration, CancellationToken cancellation)
    {
        using var downloads = new DownloadView(Screen);
        return DataSets.Open(configuration.Folder ?? configuration.Name, new DataOptions { Progress = downloads.Show }, cancellation);
    }
}
