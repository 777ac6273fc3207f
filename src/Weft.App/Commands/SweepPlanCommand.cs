using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class SweepPlanCommand : StoppableVerb
{
    private const int Shown = 5;
    private const int BytesPerWeight = 4 * 5; // the best: weights; the last: weights, two moments, and their average
    private static readonly TimeSpan Rehearsal = TimeSpan.FromSeconds(1.5);

    private readonly Argument<string> _file = new("FILE") { Description = "The sweep's file." };
    private readonly SweepFileOptions _options = new();
    private readonly WholeNumber _workers = new("--workers", "Processes that train at the same time.", 1, 10_000, 1);

    public SweepPlanCommand(Screen screen)
        : base("plan", "What weft sweep would do: trials, epochs, time, disk, the first suggestions. Trains nothing.", screen)
    {
        Arguments.Add(_file);
        _options.AddTo(this);
        Options.Add(_workers);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var workers = _workers.Of(parse);
        var definition = Sweep.Define(parse.GetValue(_file)!, _options.Of(parse) with { Parallel = 2 * workers });
        foreach (var note in definition.Notes)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
        var resolved = SweepFile.Configuration(definition, null);
        var dataset = DataSets.Open(resolved.Value.Data, Screen, cancellationToken);
        var configuration = DataChoices.Of(resolved, dataset).Value;
        var data = TrainingData.Prepare(dataset, configuration.Data);
        using var device = Device.Cpu(Math.Max(1, Environment.ProcessorCount / workers));
        using var benchmark = new StepBenchmark(
            configuration.Model.Describe(dataset.ClassCount, dataset.Shape), device, configuration.CompileOptions, configuration.EffectiveOptimizer)
        { Loss = configuration.Loss };
        var milliseconds = benchmark.Measure(Rehearsal, singlePass: false, cancellationToken).MedianMilliseconds;
        var epochSeconds = data.StepsPerEpoch(configuration.Training.BatchSize) * configuration.Training.Shards * milliseconds / 1000;

        var (parallel, epochs) = (definition.Parallel ?? 2 * workers, Sweep.EpochsOf(definition));
        var rungs = definition.Pruner?.Rungs(epochs) ?? [];
        var suggestions = Suggestions(definition);
        var trials = definition.RunCap ?? Sweep.TrialsOfGrid(definition);
        var atMost = trials is not { } count ? 0 : definition.Pruner is EpochPruner few && rungs.Count > 0
            ? (long)count * few.Epochs + (long)Math.Min(count, few.Keep) * (definition.Fidelity == SweepFidelity.Squeezed ? epochs : epochs - few.Epochs)
            : (long)count * epochs;
        // Of the best, the default and those under way, where not all are kept.
        var kept = definition.KeepBest is { } best ? Math.Min(trials ?? 0, (long)best + 1 + parallel) : trials ?? 0;
        var runsOfTrial = definition.Fidelity == SweepFidelity.Squeezed ? rungs.Count + 1 : 1;
        var disk = kept * runsOfTrial * benchmark.Network.ParameterCount * BytesPerWeight;
        Screen.People.WriteLine(
            $"{OptionKey.Write(definition.Method)}: {(trials is null ? "all trials of a grid" : $"{trials} trials")} of at most {epochs} epochs by "
            + $"{Figures.Metric(definition.Metric.Name)}, {parallel} under way at once"
            + (rungs.Count == 0 ? "" : $"; looked at after {string.Join(", ", rungs)} epochs"));
        Screen.People.WriteLine(
            $"at most {Figures.Count(atMost)} epochs of {Figures.Duration(TimeSpan.FromSeconds(epochSeconds))} each ({device.Summary}): "
            + $"{Figures.Duration(TimeSpan.FromSeconds(epochSeconds * atMost))} one after the other, less what is pruned; {Figures.Bytes(disk)} of disk"
            + (kept < trials ? $" for the checkpoints of at most {kept} trials" : ""));
        if (trials is { } all && parallel > all / 10 && definition.Method is SweepMethod.Bayes)
            Screen.People.WriteLine(
                $"note: {parallel} trials under way at once of {all} look less far back than they could; at most {Math.Max(1, all / 10)} is better "
                + "(weft: {parallel: N}), and method: sobol needs no looking back");
        foreach (var (i, settings) in suggestions.Index())
            Screen.People.WriteLine($"  trial {i}{(i == 0 ? ", the default" : "")}: "
                + string.Join("  ", definition.ByKey(settings).Select(pair => $"{pair.Key} {Printable.Escape(pair.Value)}")));
        Screen.WriteJson(new SweepPlanDocument(
            OptionKey.Write(definition.Method), trials, parallel, epochs, rungs, atMost, epochSeconds * atMost, disk,
            [.. suggestions.Select(definition.ByKey)]));
        return ExitCode.Done;
    }

    // Those that follow from nothing but the file: a method that learns says the rest as it goes.
    private static List<IReadOnlyList<string>> Suggestions(SweepDefinition definition)
    {
        var method = Sweep.MethodOf(definition);
        var found = new List<IReadOnlyList<string>> { Sweep.DefaultsOf(definition) };
        while (found.Count <= Shown && method.Suggest(
            found.Count, [.. found.Select((settings, i) => new SeenTrial(i, settings, SeenState.Running, double.NaN, 0))]) is { } next)
            found.Add(next);
        return found;
    }
}
