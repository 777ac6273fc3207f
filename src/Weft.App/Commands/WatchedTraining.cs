using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// A training from the command line: data, live view, signals, and the end block. New, resumed and extended runs differ only in how their session is made.
/// </summary>
internal sealed class WatchedTraining : IDisposable
{
    private readonly Screen _screen;
    private readonly IReadOnlyList<TrackingTarget> _targets;
    private readonly LedTraining _ranks;
    private readonly StopSignals _signals;
    private ProgressView? _view;
    private string _reference = "";

    /// <param name="targets">The tools the run is shown in while it is trained.</param>
    /// <param name="ranks">The processes that are taken along. Default: none.</param>
    public WatchedTraining(Screen screen, IReadOnlyList<TrackingTarget> targets, LedTraining? ranks = null)
    {
        (_screen, _targets, _ranks) = (screen, targets, ranks ?? new LedTraining(RankGroup.Alone));
        _signals = new StopSignals(
            first: _ => _view?.Say("stopping after this step; saving… (once more: stop at once)"),
            second: _ => _screen.Error.WriteLine((_screen.PeopleHaveTerminal ? "\e[?25h\n" : "")
                + (_reference is ""
                    ? "stopped now; no training had begun"
                    : $"stopped now; what was saved before is intact. Resume: weft resume {_reference}")));
    }

    /// <summary>Whether a signal asked to stop.</summary>
    public CancellationToken Stop => _signals.Token;

    /// <summary>The exit code of that signal, or null.</summary>
    public ExitCode? Received => _signals.Received;

    /// <summary>Trains one run and reports it, with <c>--json</c> too.</summary>
    /// <param name="makeSession">Gets a function that opens the data a configuration names.</param>
    public ExitCode Run(Func<Func<DataConfiguration, ImageDataset>, TrainingSession> makeSession)
    {
        var (code, _, document) = Train(makeSession);
        if (document is not null)
            _screen.WriteJson(document);
        return code;
    }

    /// <summary>Trains one run and reports it to people.</summary>
    /// <returns>Without a result where a signal came before there was a run.</returns>
    public (ExitCode Code, TrainingResult? Result, TrainingDocument? Document) Train(Func<Func<DataConfiguration, ImageDataset>, TrainingSession> makeSession)
    {
        var (result, document) = ((TrainingResult?)null, (TrainingDocument?)null);
        var code = Stoppable(() =>
        {
            using var session = makeSession(OpenData);
            _ranks.Lead(session);
            (var ended, result, document) = Train(session);
            return ended;
        });
        return (code, result, document);
    }

    /// <summary>Does what <see cref="Stop"/> may stop; the exit code is then the signal's.</summary>
    public ExitCode Stoppable(Func<ExitCode> work) => _signals.Run(work);

    /// <inheritdoc cref="Backbones.Begin"/>
    public TrainingSession Begin(ResolvedConfiguration configuration, ImageDataset data, NewRun run) =>
        Backbones.Begin(configuration, data, run, _screen, Stop);

    public ImageDataset OpenData(DataConfiguration configuration)
    {
        var data = DataSets.Open(configuration, _screen, _signals.Token);
        foreach (var note in data.Notes)
            _screen.People.WriteLine($"note: {Printable.Escape(note)}");
        return data;
    }

    private (ExitCode Code, TrainingResult? Result, TrainingDocument? Document) Train(TrainingSession session)
    {
        _reference = RunReference.For(session.Folder!);
        Introduce(session);
        var earlier = new RunReader(session.Folder!).Metrics().Where(row => row.Epoch <= session.Start.CompletedEpochs);
        var state = new TrainingState(session.Configuration.Training.Epochs, session.StepsPerEpoch, session.Configuration.EarlyStopping.Patience, earlier,
            new BestRule(session.Configuration.Checkpoint.BestMetric));
        var view = _view = ProgressView.For(_screen, state);
        TrainingResult result = null!;
        IReadOnlyList<TrackingReport> reports;
        using (var live = LiveTracking.Start(session.Folder!, _targets, TrackOption.Options, goOn: session.IsResumed, view.Say))
        {
            try
            {
                view.While(() => result = Trainer.Run(session, new Observer(view), _signals.Token));
            }
            finally
            {
                reports = live.Finish(); // a run that diverged is shown too
                foreach (var line in reports.SelectMany(report => TrackingLines.Of(report, _reference)))
                    _screen.People.WriteLine(line);
            }
        }

        foreach (var line in EndBlock.Lines(result, session.Data).Concat(Worth(session, result)))
            _screen.People.WriteLine(line);
        var document = TrainingDocument.Of(result) with { Tracking = reports.Count == 0 ? null : [.. reports.Select(TrackingEntry.Of)] };
        return (result.StopReason == StopReasons.Interrupted ? _signals.Received ?? ExitCode.Interrupted : ExitCode.Done, result, document);
    }

    private static IEnumerable<string> Worth(TrainingSession session, TrainingResult result)
    {
        if (FineTuning.Of(session, result) is not { } worth)
            yield break;
        yield return $"  worth     {worth.Sentence}";
        if (worth.IsNoGain)
            yield return $"            {CommandText.For(new TrainRun { Recipe = "pictures/head", Data = session.Configuration.Data.Folder })}";
    }

    private void Introduce(TrainingSession session)
    {
        var data = session.Data;
        var (run, network) = (Printable.Escape(session.Folder!.Name), Printable.Escape(session.Description.Name));
        var (train, validation) = (Figures.Count(data.Split.Train.Count), Figures.Count(data.Split.Validation.Count));
        _screen.People.WriteLine($"{run}: {network}, {Figures.Count(session.Network.ParameterCount)} parameters");
        _screen.People.WriteLine($"{Printable.Escape(data.Dataset.Name)}: {train} training, {validation} validation images");
        _screen.People.WriteLine(session.Device.Summary + (session.Ranks.Size == 1 ? "" : $", in each of {session.Ranks.Size} processes"));
        if (session.IsResumed)
            _screen.People.WriteLine($"going on after step {Figures.Count(session.Start.Step)}");
    }

    public void Dispose() => _signals.Dispose();

    // Not System.Progress, which would hand the events to other threads.
    private sealed class Observer(ProgressView view) : IProgress<RunEvent>
    {
        public void Report(RunEvent happened) => view.Show(happened);
    }
}
