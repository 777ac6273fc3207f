using System.CommandLine;
using Weft.Interchange;
using Weft.Training;

namespace Weft.App;

internal sealed class TrackCommand : StoppableVerb
{
    private readonly RunArgument _run = new("The run to hand over.", optional: true);
    private readonly RunsOption _runs = new();
    private readonly Option<string> _to = new("--to")
    { Description = "wandb, tensorboard, mlflow, or several with commas.", HelpName = "NAMES", Required = true };
    private readonly Option<bool> _continue = new("--continue") { Description = "Hand over what an earlier hand-over, live or not, has left." };
    private readonly Option<string?> _folder = new("--dir")
    { Description = "Where wandb/ or tensorboard/ is made. Default: the current folder, or WANDB_DIR.", HelpName = "DIR" };

    public TrackCommand(Screen screen) : base("track", "Hands a run over to W&B, TensorBoard or MLflow; live: train --track.", screen)
    {
        Arguments.Add(_run);
        foreach (var option in new Option[] { _to, _continue, _folder, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var targets = TrackingTargets.Parse(parse.GetValue(_to)!, "--to");
        var store = _runs.Store(parse);
        var run = store.Find(parse.GetValue(_run)!);
        RunChecks.Configuration(run.Folder);
        var options = TrackOption.Options with { Folder = parse.GetValue(_folder) };
        RunTracking.Check(targets, options);
        var reference = RunReference.For(run.Folder);
        var reports = new List<TrackingReport>();
        WeftException? first = null;
        foreach (var target in targets)
        {
            try
            {
                reports.Add(RunTracking.HandOver(run, target, options, parse.GetValue(_continue), cancellationToken));
                first ??= reports[^1].Problem;
            }
            catch (WeftException failure) when (targets.Count > 1) // the others get the run all the same
            {
                reports.Add(new TrackingReport(target, "", 0, false, failure, []));
                first ??= failure;
            }
        }

        foreach (var line in reports.SelectMany(report => TrackingLines.Of(report, reference)))
            Screen.People.WriteLine(line);
        if (first is not null)
            throw first;
        Screen.WriteJson(new TrackDocument(run.Folder.Path, [.. reports.Select(TrackingEntry.Of)]));
        return ExitCode.Done;
    }

    protected override void Stopping() => Screen.Error.WriteLine("stopping; the rest is handed over later with --continue");
}
