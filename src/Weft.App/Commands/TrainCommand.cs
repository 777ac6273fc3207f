using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class TrainCommand : Verb
{
    private readonly ConfigurationOptions _configuration = new();
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();
    private readonly Option<string?> _name = new("--name") { Description = "The run's name. Default: the model's, with a number.", HelpName = "TEXT" };

    public TrainCommand(Screen screen) : base("train", "Trains one run. Without options: a small network on Fashion-MNIST, in minutes.", screen)
    {
        _configuration.AddTo(this);
        Options.Add(_name);
        Options.Add(_track);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var configuration = _configuration.Resolve(parse);
        var store = _runs.Store(parse);
        using var session = new TrainingSession(Screen, store, _track.Targets(parse));
        return session.Run(data => TrainingPlan.Begin(configuration, data(configuration.Value.Data), new NewRun
        {
            Store = store, Name = parse.GetValue(_name), CommandLine = ["weft", .. Environment.GetCommandLineArgs()[1..]],
        }));
    }
}

internal sealed class ResumeCommand : Verb
{
    private readonly RunArgument _run = new("The run to go on with.", optional: true);
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();
    private readonly WholeNumber _threads = new("--threads", "Worker threads; the result does not depend on it.", 1, 256, 0, "as the run was started");

    public ResumeCommand(Screen screen) : base("resume", "Goes on with a run that was stopped or killed, to the same bytes as if it never had been.", screen)
    {
        Arguments.Add(_run);
        Options.Add(_threads);
        Options.Add(_track);
        Options.Add(_runs);
    }

    protected override ExitCode Run(ParseResult parse)
    {
        var threads = _threads.Of(parse) is var given and > 0 ? given : (int?)null;
        var store = _runs.Store(parse);
        var run = store.Find(parse.GetValue(_run)!);
        using var session = new TrainingSession(Screen, store, _track.Targets(parse));
        return session.Run(data => TrainingPlan.Resume(run.Folder, data, threads));
    }
}
