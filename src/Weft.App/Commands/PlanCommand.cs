using System.CommandLine;
using Weft.Training;

namespace Weft.App;

internal sealed class PlanCommand : StoppableVerb
{
    private const int CurvePoints = 60;
    private static readonly TimeSpan Rehearsal = TimeSpan.FromSeconds(1.5);

    private readonly ConfigurationOptions _configuration = new();
    private readonly WholeNumber _ranks = new(
        "--ranks", "Also what so many processes, each on a machine like this one, would make of it.", 1, 8192, 1, "not asked");

    public PlanCommand(Screen screen)
        : base("plan", "What weft train would do with the same options: configuration, layers, memory, learning rates, time. Trains nothing.", screen)
    {
        _configuration.AddTo(this);
        Options.Add(_ranks);
    }

    protected override ExitCode Run(ParseResult parse, CancellationToken cancellationToken)
    {
        var resolved = _configuration.Resolve(parse);
        var dataset = DataSets.Open(resolved.Value.Data, Screen, cancellationToken);
        resolved = DataChoices.Of(resolved, dataset);
        var configuration = resolved.Value;
        if (_ranks.Given(parse) is { } asked)
            TrainingSession.RequireShards(configuration, asked);
        var data = TrainingData.Prepare(dataset, configuration.Data);
        using var device = Device.Cpu(configuration.Training.Threads ?? Environment.ProcessorCount);
        var description = configuration.Model.Describe(dataset.ClassCount, dataset.Shape);
        var limit = MemoryLimit.Current();
        TrainingMemory.Require(configuration, description, device, dataset.Train, limit, isNew: true);
        using var benchmark = new StepBenchmark(
            description, device, configuration.CompileOptions, configuration.EffectiveOptimizer)
        { Loss = configuration.Loss };
        var milliseconds = benchmark.Measure(Rehearsal, singlePass: false, cancellationToken).MedianMilliseconds;
        if (configuration.Sam.LastEpochs is { } last && last < configuration.Training.Epochs)
        {
            var singlePass = benchmark.Measure(Rehearsal, singlePass: true, cancellationToken).MedianMilliseconds;
            milliseconds = singlePass + (milliseconds - singlePass) * last / configuration.Training.Epochs;
        }

        // A batch is so many shards, one after the other.
        var ranks = _ranks.Given(parse) is not { } number ? null : RankPlan.Of(
            number, configuration.Training.Shards, configuration.Training.BatchSize, data.StepsPerEpoch(configuration.Training.BatchSize), milliseconds / 1000,
            Network.MeasureMemory(description, device, configuration.CompileOptions).StateBytes);
        Report(
            resolved, data, benchmark, milliseconds * configuration.Training.Shards, device,
            TrainingMemory.Of(configuration, description, device, dataset.Train), limit, ranks);
        return ExitCode.Done;
    }

    // milliseconds: a step's, on average over all epochs.
    private void Report(
        ResolvedConfiguration resolved, TrainingData data, StepBenchmark benchmark, double milliseconds, Device device, MemoryNeed need, MemoryLimit limit,
        RankPlan? ranks)
    {
        var training = resolved.Value.Training;
        var network = benchmark.Network;
        var perEpoch = data.StepsPerEpoch(training.BatchSize);
        // Validation is forward passes only: about a third of a step's work for as many images.
        var epochSeconds = (perEpoch + data.Split.Validation.Count / (3.0 * training.BatchSize)) * milliseconds / 1000;
        var rates = LearningRates(resolved.Value, perEpoch);

        Screen.People.Write(resolved.ToYaml());
        foreach (var note in data.Notes)
            Screen.People.WriteLine($"note: {Printable.Escape(note)}");
        WriteLayers(network.Operations);
        Screen.People.WriteLine(
            $"{Figures.Count(network.ParameterCount)} parameters, {Figures.Count(network.FlopsPerSample / 1e6)} million operations an image forward, "
                + $"{Figures.Bytes(network.MemoryBytes)} memory");
        Screen.People.WriteLine($"{Figures.Bytes(need.Bytes)} of memory in all, of {Figures.Bytes(limit.Bytes)} ({limit.Source})");
        Screen.People.WriteLine(
            $"{Figures.Count(data.Split.Train.Count)} training and {Figures.Count(data.Split.Validation.Count)} validation images, {Figures.Count(perEpoch)} "
                + "steps an epoch, "
            + $"{Figures.Count((double)perEpoch * training.Epochs)} in {training.Epochs} epochs");
        if (resolved.Value.Backbone.IsFrozen)
            Screen.People.WriteLine("the backbone is frozen: the last layer is fitted once; rates and times below are those of training all layers");
        Screen.People.WriteLine(
            $"learning rate {Figures.Rate(rates.Min())} … {Figures.Rate(rates.Max())}  "
                + $"{Sparkline.Of(Thin(rates, Math.Max(10, Math.Min(CurvePoints, Screen.Width - 40))))}");
        Screen.People.WriteLine($"{milliseconds:F1} ms a step measured on {device.Summary}: {Figures.Duration(TimeSpan.FromSeconds(epochSeconds))} an epoch, "
            + $"{Figures.Duration(TimeSpan.FromSeconds(epochSeconds * training.Epochs))} in all, unless it stops early");
        if (ranks is not null)
            WriteRanks(ranks, perEpoch, training);
        Screen.WriteJson(new PlanDocument
        {
            Ranks = ranks,
            Model = resolved.Value.Model.Name,
            Recipe = resolved.RecipeName,
            Values = ConfigurationEntry.AllOf(resolved),
            Parameters = network.ParameterCount,
            FlopsPerImage = network.FlopsPerSample,
            MemoryBytes = network.MemoryBytes,
            NeededMemoryBytes = need.Bytes,
            MemoryLimitBytes = limit.Bytes,
            MemoryLimitSource = limit.Source,
            StepsPerEpoch = perEpoch,
            Steps = (long)perEpoch * training.Epochs,
            StepMilliseconds = milliseconds,
            EstimatedSeconds = epochSeconds * training.Epochs,
            LearningRates = Thin(rates, CurvePoints),
            Layers = [.. network.Operations.Select(layer => new PlannedLayerEntry(layer.Path, layer.Summary, layer.Parameters, layer.Flops))],
        });
    }

    private void WriteRanks(RankPlan plan, int steps, TrainingConfiguration training)
    {
        Screen.People.WriteLine(
            $"{plan.Ranks} processes on machines like this one, expected: {plan.ShardsOfRank} of {training.Shards} shards of {plan.SamplesOfShard} samples each"
                + $", {Figures.Bytes(plan.BytesOfStep)} out and in a step");
        foreach (var link in plan.Links)
        {
            Screen.People.WriteLine(
                $"  {link.Gigabits,3} Gbit/s  {link.StepSeconds * 1000,8:F1} ms a step, {Figures.Duration(TimeSpan.FromSeconds(link.EpochSeconds))} an epoch, "
                    + $"{Figures.Percent(link.Efficiency, 0)} of {plan.Ranks} times as fast as one; worth it up to {link.MostRanks}");
        }

        if (plan.SamplesOfShard < RankPlan.SmallShard)
            Screen.People.WriteLine(
                $"  shards of fewer than {RankPlan.SmallShard} samples compute slower a sample: a larger training.batch_size would use the machines");
        if (steps < RankPlan.FewSteps)
            Screen.People.WriteLine(
                $"  batches of {Figures.Count(training.BatchSize)} leave {steps} steps an epoch: learning rate and schedule have to be found anew for them");
        Screen.People.WriteLine("  more machines than that do more as seeds, trials of a sweep or members of an ensemble, which have nothing to exchange");
    }

    private void WriteLayers(IReadOnlyList<OperationInfo> layers)
    {
        var width = Math.Max(5, layers.Max(layer => layer.Path.Length));
        Screen.People.WriteLine($"{"layer".PadRight(width)}  {"parameters",10}  {"operations",12}");
        foreach (var layer in layers)
            Screen.People.WriteLine(
                $"{layer.Path.PadRight(width)}  {(layer.Parameters > 0 ? Figures.Count(layer.Parameters) : ""),10}  "
                    + $"{(layer.Flops > 0 ? Figures.Count(layer.Flops) : ""),12}  {layer.Summary}");
    }

    private static double[] LearningRates(RunConfiguration configuration, int perEpoch)
    {
        var schedule = configuration.EffectiveSchedule;
        var total = (long)perEpoch * configuration.Training.Epochs;
        var points = (int)Math.Min(total, 10_000);
        return [.. Enumerable.Range(0, points)
            .Select(i => schedule.LearningRate(configuration.Optimizer.LearningRate, new SchedulePosition(i * total / points, perEpoch, total)))];
    }

    private static double[] Thin(double[] values, int count) =>
        values.Length <= count ? values : [.. Enumerable.Range(0, count).Select(i => values[(long)i * (values.Length - 1) / (count - 1)])];
}
