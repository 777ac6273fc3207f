using System.CommandLine;
using System.Globalization;
using Weft.Training;

namespace Weft.App;

internal sealed class ExtendCommand : TrainingVerb
{
    private readonly RunArgument _run = new("The run to go on with.");
    private readonly RunDataOption _data = new();
    private readonly Option<string> _epochs = new("--epochs")
    { Description = "+N for N more, or the number of epochs in all.", HelpName = "+N", Required = true };
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();
    private readonly WholeNumber _threads = WholeNumber.ThreadsOfRun();

    public ExtendCommand(Screen screen)
        : base("extend", "Trains a run for more epochs than it was planned for; the schedule is that of the longer run.", screen)
    {
        Arguments.Add(_run);
        foreach (var option in new Option[] { _epochs, _data, _threads, _track, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, LedTraining ranks)
    {
        var threads = _threads.Given(parse);
        var epochs = Epochs(parse.GetValue(_epochs)!);
        var store = _runs.Store(parse);
        var run = store.Find(parse.GetValue(_run)!);
        using var session = new WatchedTraining(Screen, _track.Targets(parse), ranks);
        return session.Run(data => TrainingSession.Extend(run.Folder, data, epochs, threads, moved: _data.Values(parse)));
    }

    private static Func<int, int> Epochs(string text)
    {
        if (!int.TryParse(text.AsSpan(text.StartsWith('+') ? 1 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is 0 or > 100_000)
            throw new WeftException(ErrorKind.InvalidInput, "--epochs has a value it cannot have")
            {
                Where = "--epochs",
                Expected = "+N or N, up to 100000", Found = $"'{text}'", Safe = "nothing was touched"
            };
        return text.StartsWith('+') ? had => had + number : _ => number;
    }
}

internal sealed class ForkCommand : TrainingVerb
{
    private readonly Argument<string> _from = new("RUN@CHECKPOINT") { Description = "Whose weights to start from: RUN@best, RUN@last or RUN@EPOCH." };
    private readonly ConfigurationOptions _configuration = new(ConfigurationOptions.Sources);
    private readonly Option<string?> _name = new("--name") { Description = "The new run's name. Default: the model's, with a number.", HelpName = "TEXT" };
    private readonly RunsOption _runs = new();
    private readonly TrackOption _track = new();

    public ForkCommand(Screen screen) : base("fork", "A new run with another's configuration and weights; optimizer, schedule and epochs begin anew.", screen)
    {
        Arguments.Add(_from);
        _configuration.AddTo(this);
        foreach (var option in new Option[] { _name, _track, _runs })
            Options.Add(option);
    }

    protected override ExitCode Run(ParseResult parse, LedTraining ranks)
    {
        var store = _runs.Store(parse);
        var from = store.FindCheckpoint(parse.GetValue(_from)!);
        var overrides = _configuration.Overrides(parse);
        using var session = new WatchedTraining(Screen, _track.Targets(parse), ranks);
        return session.Run(data =>
        {
            var (configuration, dataset) = Source(from, data, overrides);
            return TrainingSession.Begin(
                ranks.Checked(configuration), dataset,
                new NewRun { Store = store, Name = parse.GetValue(_name), From = from, CommandLine = CommandLines.OfProcess() });
        });
    }

    // Other data may be named for the new run; where they are not, the run it starts from must still have its own.
    private static (ResolvedConfiguration Configuration, ImageDataset Data) Source(
        CheckpointReference from, Func<DataConfiguration, ImageDataset> open, IReadOnlyList<ConfigurationValue> overrides)
    {
        if (overrides.Any(value => value.Key is "data.folder" or "data.name"))
        {
            var other = RunChecks.Configuration(from.Run, from.Read(), from.Epochs).With(overrides);
            return (other, open(other.Value.Data));
        }

        var opened = RunChecks.Open(from.Run, from.Read(), open, new WithData(new ForkRun(from.Run, from.Name)), from.Epochs);
        return (opened.Configuration.With(overrides), opened.Data.Dataset);
    }
}
