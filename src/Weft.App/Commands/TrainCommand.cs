using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class TrainCommand : TrainingVerb
{
    private readonly ConfigurationOptions _configuration = new();
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();
    private readonly Option<string?> _name = new("--name") { Description = "The run's name. Default: the model's, with a number.", HelpName = "TEXT" };

    private readonly WholeNumber _seeds = new("--seeds", "Train so many runs, with the seeds that follow --seed; a name gets -s and the seed.", 1, 1000, 1);

    public TrainCommand(Screen screen) : base("train", "Trains one run. Without options: a small network on Fashion-MNIST, in minutes.", screen)
    {
        _configuration.AddTo(this);
        Options.Add(_name);
        Options.Add(_seeds);
        Options.Add(_track);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse, LedTraining ranks)
    {
        var configuration = ranks.Checked(_configuration.Resolve(parse, Screen));
        var store = _runs.Store(parse);
        var seeds = _seeds.Of(parse);
        if (seeds > 1)
            ranks.RequireAlone("--seeds");
        var name = parse.GetValue(_name);
        using var session = new WatchedTraining(Screen, _track.Targets(parse), ranks);
        return seeds == 1
            ? session.Run(open => Begin(session, open, configuration, store, name))
            : TrainSeeds(session, configuration, store, name, seeds);
    }

    private ExitCode TrainSeeds(WatchedTraining session, ResolvedConfiguration configuration, RunStore store, string? name, int seeds)
    {
        var all = Enumerable.Range(0, seeds).Select(i => Seeded(configuration, i)).ToList();
        var planned = name is null ? null : all.Select(seeded => new PlannedRun(store, $"{name}-s{seeded.Value.Training.Seed}", seeded)).ToList();
        foreach (var run in planned ?? [])
            run.State(); // one that was made otherwise shows before any is trained
        var runs = new List<SeedOutcome>();
        var accuracies = new List<double>();
        var code = ExitCode.Done;
        for (var i = 0; i < seeds && session.Received is null; i++)
        {
            try
            {
                var (ended, result, document) = session.Train(open => planned is null
                    ? Begin(session, open, all[i], store, null) : planned[i].Plan(open, CommandLines.OfProcess(), session.Begin));
                code = code == ExitCode.Done ? ended : code;
                if (document is not null)
                    runs.Add(document);
                if (result?.Best is { } best)
                    accuracies.Add(best.ValidationAccuracy);
            }
            catch (WeftException failure) when (IsOfOneSeed(failure.Kind)) // the others are trained all the same
            {
                code = code == ExitCode.Done ? ExitCodes.For(failure.Kind) : code;
                foreach (var line in ErrorPrinter.Lines(failure))
                    Screen.Error.WriteLine(line);
                runs.Add(new FailedSeedDocument(planned?[i].Folder.Path, all[i].Value.Training.Seed, ErrorPrinter.ToDocument(failure)));
            }
        }

        var mean = accuracies.Count > 0 ? accuracies.Average() : (double?)null;
        var deviation = accuracies.Count > 1 ? Math.Sqrt(accuracies.Sum(accuracy => Math.Pow(accuracy - mean!.Value, 2)) / (accuracies.Count - 1))
            : (double?)null;
        if (mean is { } known)
            Screen.People.WriteLine($"{accuracies.Count} of {seeds} seeds: {Figures.Percent(known)} validation accuracy"
                + (deviation is { } spread ? $" ± {Figures.Percent(spread)}" : ""));
        Screen.WriteJson(new SeedsDocument(runs, accuracies.Count, mean, deviation));
        return code;
    }

    private static ResolvedConfiguration Seeded(ResolvedConfiguration configuration, int i) =>
        i == 0 ? configuration : configuration.With(new ConfigurationValue("training.seed", $"{configuration.Value.Training.Seed + i}", "--seeds"));

    // What is wrong with the command or the data is wrong with every seed.
    private static bool IsOfOneSeed(ErrorKind kind) =>
        kind is not (ErrorKind.InvalidInput or ErrorKind.DatasetMissing or ErrorKind.DatasetDamaged or ErrorKind.DownloadFailed);

    private static TrainingSession Begin(
        WatchedTraining session, Func<DataConfiguration, ImageDataset> open, ResolvedConfiguration configuration, RunStore store, string? name) =>
        session.Begin(
            configuration, open(configuration.Value.Data), new NewRun { Store = store, Name = name, CommandLine = CommandLines.OfProcess() });
}

internal sealed class ResumeCommand : TrainingVerb
{
    private readonly RunArgument _run = new("The run to go on with.", optional: true);
    private readonly RunDataOption _data = new();
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();
    private readonly WholeNumber _threads = WholeNumber.ThreadsOfRun();

    public ResumeCommand(Screen screen) : base("resume", "Goes on with a run that was stopped or killed, to the same bytes as if it never had been.", screen)
    {
        Arguments.Add(_run);
        Options.Add(_data);
        Options.Add(_threads);
        Options.Add(_track);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse, LedTraining ranks)
    {
        var threads = _threads.Given(parse);
        var store = _runs.Store(parse);
        var run = store.Find(parse.GetValue(_run)!);
        using var session = new WatchedTraining(Screen, _track.Targets(parse), ranks);
        return session.Run(data => TrainingSession.Resume(run.Folder, data, threads, moved: _data.Values(parse)));
    }
}
