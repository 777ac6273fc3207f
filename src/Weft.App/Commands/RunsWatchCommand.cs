using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class RunsWatchCommand : Verb
{
    private const int RowsAtFirst = 5; // of epochs that were done before the watching began; the curves show them all
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);

    private readonly RunsOption _runs;
    private readonly RunArgument _run = new("The run to watch.", optional: true);

    public RunsWatchCommand(Screen screen, RunsOption runs)
        : base("watch", "The live curves of a run that any process trains; Ctrl-C ends the watching, not the run.", screen)
    {
        _runs = runs;
        Arguments.Add(_run);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var run = _runs.Store(parse).Find(parse.GetValue(_run)!);
        using var signals = new StopSignals(_ => { }, _ => { });
        var isAlive = run.IsBeingTrained;
        Screen.People.WriteLine($"{Printable.Escape(run.Folder.Name)}: {(isAlive ? "being trained" : "not being trained now")}");
        var configuration = run.TryConfiguration()?.Value; // the events say how many epochs there are
        var state = new TrainingState(configuration?.Training.Epochs ?? 0, 0, configuration?.EarlyStopping.Patience, []);
        var tail = new RunTail(run.Folder);
        var past = tail.Read();
        var end = past is [.., RunStopped stopped] ? stopped : null;
        if (Screen.PeopleHaveTerminal)
            end = OnTerminal(run, tail, past, state, end, signals.Token);
        else
            end = Follow(run, tail, past, new PlainProgress(Screen.People, state), end, signals.Token);
        if (signals.Received is { } signal)
            return signal;

        Screen.People.WriteLine(end is not null ? Printable.Escape($"{end.Reason.Replace('_', ' ')}: {end.Detail}")
            : $"its process is gone without a word; go on with: weft resume {Printable.Escape(RunReference.For(run.Folder))}");
        if (tail.Damage.Count > 0)
            Screen.People.WriteLine($"{tail.Damage.Count} of its events cannot be read; the others are shown");
        Screen.WriteJson(new RunSummary(run).ToDocument());
        return ExitCode.Done;
    }

    private RunStopped? OnTerminal(
        RunReader run, RunTail tail, IReadOnlyList<RunEvent> past, TrainingState state, RunStopped? end, CancellationToken cancellationToken)
    {
        var curves = new RunCurves();
        var view = new LiveProgress(Screen, state, curves);
        var rows = past.OfType<EpochDone>().TakeLast(RowsAtFirst).ToHashSet();
        view.While(() =>
        {
            foreach (var happened in past)
            {
                if (happened is EpochDone epoch && !rows.Contains(epoch))
                    view.Know(happened);
                else
                    view.Show(happened);
            }
            end = Follow(run, tail, [], view, end, cancellationToken);
        });
        if (!cancellationToken.IsCancellationRequested)
        {
            foreach (var line in curves.Lines(Screen.Width, Screen.Height)) // what was drawn is gone with the live view; what it had become stays
                Screen.People.WriteLine(line.Render(Screen.Colors));
        }
        return end;
    }

    /// <summary>Shows events as they come until the run has ended; its last word, or null when it had none or the watching was ended.</summary>
    private static RunStopped? Follow(
        RunReader run, RunTail tail, IReadOnlyList<RunEvent> past, ProgressView view, RunStopped? end, CancellationToken cancellationToken)
    {
        foreach (var happened in past)
            view.Show(happened);
        while (true)
        {
            var isAlive = run.IsBeingTrained; // before the look: what is written between the two is then still seen
            foreach (var happened in tail.Read())
            {
                view.Show(happened);
                end = happened as RunStopped;
            }
            if (!isAlive || cancellationToken.WaitHandle.WaitOne(BetweenLooks))
                return end;
        }
    }
}
