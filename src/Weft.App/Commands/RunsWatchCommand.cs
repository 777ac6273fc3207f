using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class RunsWatchCommand : Verb
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);

    private readonly RunsOption _runs;
    private readonly RunArgument _run = new("The run to watch.", optional: true);

    public RunsWatchCommand(Screen screen, RunsOption runs) : base("watch", "The live view of a run that any process trains; Ctrl-C ends the watching, not the run.", screen)
    {
        _runs = runs;
        Arguments.Add(_run);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var run = _runs.Store(parse).Find(parse.GetValue(_run)!);
        using var signals = new StopSignals(_ => { }, _ => { });
        Screen.People.WriteLine($"{Printable.Escape(run.Folder.Name)}: {(run.IsBeingTrained ? "being trained" : "not being trained now")}");
        var configuration = run.Configuration().Value;
        var view = ProgressView.For(Screen, new TrainingState(configuration.Training.Epochs, 0, configuration.EarlyStopping.Patience, []));
        RunStopped? end = null;
        view.While(() => end = Follow(run, view, signals.Token));
        if (signals.Received is { } signal)
            return signal;

        Screen.People.WriteLine(end is not null ? Printable.Escape($"{end.Reason.Replace('_', ' ')}: {end.Detail}")
            : $"its process is gone without a word; go on with: weft resume {Printable.Escape(run.Folder.Name)}");
        Screen.WriteJson(new RunSummary(run).ToJson());
        return ExitCode.Done;
    }

    /// <summary>Shows events as they come until the run has ended; its last word, or null when it had none or the watching was ended.</summary>
    private static RunStopped? Follow(RunReader run, ProgressView view, CancellationToken stop)
    {
        var seen = 0;
        RunStopped? end = null;
        while (true)
        {
            var alive = run.IsBeingTrained; // before the look: what is written between the two is then still seen
            foreach (var happened in run.Events().Skip(seen))
            {
                seen++;
                view.Show(happened);
                end = happened as RunStopped;
            }
            if (!alive || stop.WaitHandle.WaitOne(BetweenLooks))
                return end;
        }
    }
}
