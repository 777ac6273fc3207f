using System.CommandLine;
using Weft.Training;

namespace Weft.App;

/// <summary>A verb that measures checkpoints on a part of their runs' own data.</summary>
internal abstract class MeasuringVerb(string name, string description, Screen screen) : StoppableVerb(name, description, screen)
{
    private readonly SplitOption _split = new();
    private readonly WholeNumber _threads = WholeNumber.Threads();
    private readonly RunDataOption _data = new();
    private readonly RunsOption _runs = new();

    /// <param name="own">The verb's own options; in the help they stand between the split and the rest.</param>
    protected void Declare(Argument runs, params IEnumerable<Option> own)
    {
        Arguments.Add(runs);
        foreach (var option in (Option[])[_split, .. own, _data, _threads, _runs])
            Options.Add(option);
    }

    protected sealed override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var (store, open, threads) = (_runs.Store(parse), _data.Opener(parse, Screen, cancellationToken), _threads.Of(parse));
        var find = new RunOrFile(store, open, threads, Screen, cancellationToken);
        return Run(parse, new Measurement(_split.Of(parse), threads, find.Find, open)
        {
            Data = parse.GetValue(_data), SplitIsGiven = parse.GetResult(_split) is not null,
        }, cancellationToken);
    }

    protected abstract ExitCode Run(ParseResult parse, Measurement measurement, CancellationToken cancellationToken);

    /// <summary>What is measured on, and with what.</summary>
    /// <param name="Find">Finds a checkpoint by the name that a person gave: of a run, or of a file.</param>
    /// <param name="Open">Opens the data that a run's configuration names, or those given in their place.</param>
    protected sealed record Measurement(EvaluationSplit Split, int Threads, Func<string, CheckpointReference> Find, Func<DataConfiguration, ImageDataset> Open)
    {
        /// <summary>What was given in place of the data that the run remembers; null where nothing was.</summary>
        public string? Data { get; init; }

        public bool SplitIsGiven { get; init; }
    }
}
