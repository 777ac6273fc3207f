using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>What a new run needs beside its configuration.</summary>
public sealed record NewRun
{
    public required RunStore Store { get; init; }

    /// <value>Default: none, which gives <c>model-number</c>.</value>
    public string? Name { get; init; }

    /// <value>Whose weights it starts from. Default: none (fresh ones).</value>
    public CheckpointReference? From { get; init; }

    /// <value>As typed; recorded in the run. Default: empty.</value>
    public IReadOnlyList<string> CommandLine { get; init; } = [];
}

/// <summary>Where time and files come from.</summary>
public sealed record Surroundings
{
    /// <value>Default: the system's.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <value>Where checkpoints go. Default: the disk.</value>
    public IFiles Files { get; init; } = DiskFiles.Instance;

    /// <value>How much memory may be used. Default: what the system says.</value>
    public MemoryLimit Memory { get; init; } = MemoryLimit.Current();
}

/// <summary>Everything a training needs, checked: data divided, network compiled, the run's folder owned. <see cref="Trainer"/> carries it out.</summary>
public sealed class TrainingPlan : IDisposable
{
    private const string EvaluationSection = "evaluation.";

    private TrainingPlan(RunConfiguration configuration, TrainingData data, Surroundings surroundings, NewRun? run)
    {
        Configuration = configuration;
        Data = data;
        Surroundings = surroundings;
        Device = Device.Cpu(configuration.Training.Threads ?? Environment.ProcessorCount);
        try
        {
            Description = configuration.Model.Describe(data.Dataset.ClassCount, data.Dataset.Shape);
            var readsCheckpoint = run is null || run.From is not null;
            MemoryNeed.RequireTraining(configuration, Description, Device, data.Dataset.Train, surroundings.Memory, run?.CommandLine ?? [], readsCheckpoint);
            Network = Network.Compile(Description, Device, configuration.CompileOptions);
            Optimizer = Optimizer.Create(configuration.EffectiveOptimizer, Network);
            Average = configuration.Training.EmaDecay is { } decay ? new WeightAverage(Network, decay) : null;
            CheckpointMemory = new CheckpointMemory(Network, Optimizer, Average);
        }
        catch (Exception wrong) when (wrong is NetworkException or ArgumentException)
        {
            Dispose();
            throw NetworkErrors.ToError(wrong, $"model {configuration.Model.Name}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RunConfiguration Configuration { get; }

    public TrainingData Data { get; }

    public RunLock Run { get; private set; } = null!;

    public Device Device { get; }

    public NetworkDescription Description { get; } = null!;

    public Network Network { get; } = null!;

    public Optimizer Optimizer { get; } = null!;

    /// <summary>The moving average of the weights, or null where the configuration wants none.</summary>
    public WeightAverage? Average { get; }

    public ModelMetadata Metadata => new()
    {
        Description = Description,
        Preprocessing = Data.Preprocessing,
        Classes = Data.Dataset.ClassNames,
        DataFingerprint = Data.Dataset.Fingerprint,
        Configuration = CardKeys(Configuration),
    };

    /// <summary>Where the training begins; the first position of a new run.</summary>
    public TrainingPosition Start { get; private set; } = new();

    /// <summary>Whether this continues a run that was started before.</summary>
    public bool IsResumed { get; private set; }

    public int StepsPerEpoch => Data.StepsPerEpoch(Configuration.Training.BatchSize);

    public long TotalSteps => (long)StepsPerEpoch * Configuration.Training.Epochs;

    internal Surroundings Surroundings { get; }

    internal CheckpointMemory CheckpointMemory { get; } = null!;

    /// <summary>Found while the run was taken over; the training reports them first.</summary>
    internal IReadOnlyList<Warned> Warnings { get; private set; } = [];

    /// <summary>A new run. Its folder is made last, when everything else has been found right.</summary>
    /// <exception cref="WeftException">Something is wrong; no folder is left behind.</exception>
    public static TrainingPlan Begin(ResolvedConfiguration configuration, ImageDataset dataset, NewRun run, Surroundings? surroundings = null) =>
        Begin(configuration, TrainingData.Prepare(dataset, configuration.Value.Data), run, surroundings);

    /// <summary>As the other, for data that are divided already.</summary>
    internal static TrainingPlan Begin(ResolvedConfiguration configuration, TrainingData data, NewRun run, Surroundings? surroundings = null)
    {
        var plan = new TrainingPlan(configuration.Value, data, surroundings ?? new Surroundings(), run);
        try
        {
            if (run.From is { } from)
            {
                var weights = from.Read();
                RunChecks.RequireSameClassCount(weights, data.Dataset, from);
                weights.ApplyTo(plan.Network);
            }

            plan.Warnings = data.Warnings;
            plan.Run = run.Store.Create(plan.Description.Name, run.Name, (made, name) => plan.Describe(made, name, configuration, run));
            return plan;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a run where its newest valid checkpoint left it.</summary>
    /// <param name="open">Opens the data the configuration names.</param>
    /// <param name="threads">In place of the configuration's; the bits do not depend on it.</param>
    /// <param name="moved">Where the run's data are now, as keys of the data section; remembered by the run once they are found to be the same data.
    /// Default: where they were.</param>
    /// <exception cref="WeftException">As <see cref="RunChecks"/>; exit 22: no valid checkpoint; 30: another process owns the run.</exception>
    public static TrainingPlan Resume(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open, int? threads = null, Surroundings? surroundings = null,
        IReadOnlyList<ConfigurationValue>? moved = null)
    {
        var (plan, resolved) = Continue(
            folder, open, before => (before.With(moved ?? []), $"weft resume {RunReference.For(folder)} --data DIR"), threads, surroundings,
            PlannedEpochs.Same);
        return moved is null ? plan : plan.Finish(() => plan.WriteConfiguration(folder, resolved));
    }

    /// <summary>
    /// Goes on with a run that has ended, up to a higher number of epochs. The schedule is that of a run planned for so many: its learning rate goes on where
    /// such a run would be. A run that stopped early gets its patience back.
    /// </summary>
    /// <param name="epochs">From the number it has to the number it shall have.</param>
    /// <param name="moved">As in <see cref="Resume"/>.</param>
    /// <exception cref="WeftException">Exit 2: not more epochs than before; else as <see cref="Resume"/>.</exception>
    public static TrainingPlan Extend(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open, Func<int, int> epochs, int? threads = null, Surroundings? surroundings = null,
        IReadOnlyList<ConfigurationValue>? moved = null)
    {
        var command = $"weft extend {RunReference.For(folder)} --epochs";
        var (plan, extended) = Continue(folder, open, before =>
        {
            var (had, shall) = (before.Value.Training.Epochs, epochs(before.Value.Training.Epochs));
            if (shall <= had)
            {
                throw new WeftException(ExitCode.Usage, $"the run {folder.Name} has {had} epochs already")
                {
                    Where = "--epochs",
                    Expected = $"+N, or more than {had}",
                    Found = $"{shall}",
                    Safe = "nothing was changed",
                    Do = $"{command} +{Math.Max(1, had / 2)}",
                };
            }

            return (before.With([new ConfigurationValue(RunChecks.EpochsKey, $"{shall}", "extend"), .. moved ?? []]), $"{command} {shall} --data DIR");
        }, threads, surroundings, PlannedEpochs.Any);
        return plan.Finish(() =>
        {
            plan.Start = plan.Start with
            {
                StopReason = null,
                StopDetail = null,
                PolicyStates = plan.Start.PolicyStates.Where(state => state.Key != StopWhenNoImprovement.StateName).ToDictionary(state => state.Key, state => state.Value),
            };
            // In this order: killed in between, the same command does the same once more, and resume says what is the matter.
            new CheckpointStore(folder, plan.Surroundings.Files).SaveLast(plan.CheckpointMemory.Encode(plan.Start, plan.Metadata));
            plan.WriteConfiguration(folder, extended);
        });
    }

    private static (TrainingPlan Plan, ResolvedConfiguration Configuration) Continue(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open, Func<ResolvedConfiguration, (ResolvedConfiguration Configuration, string Advice)> change,
        int? threads, Surroundings? surroundings, PlannedEpochs epochs)
    {
        var taken = RunLock.Take(folder);
        TrainingPlan? plan = null;
        try
        {
            var warnings = new List<Warned>();
            var checkpoint = new CheckpointStore(folder, surroundings?.Files).LoadNewest(warnings.Add);
            var (resolved, advice) = change(RunChecks.Configuration(folder, checkpoint, epochs));
            var data = RunChecks.Open(folder, checkpoint, resolved, open, advice).Data;
            var configuration = resolved.Value with { Training = resolved.Value.Training with { Threads = threads ?? resolved.Value.Training.Threads } };
            plan = new TrainingPlan(configuration, data, surroundings ?? new Surroundings(), run: null)
            {
                Run = taken, Start = checkpoint.Position, IsResumed = true,
            };
            RunChecks.WarnOfOtherVectors(checkpoint, plan.Device, warnings.Add);
            plan.Warnings = [.. warnings, .. data.Warnings];
            checkpoint.ApplyTo(plan.Network, plan.Optimizer, plan.Average);
            return (plan, resolved);
        }
        catch
        {
            plan?.Dispose();
            taken.Dispose();
            throw;
        }
    }

    private TrainingPlan Finish(Action last)
    {
        try
        {
            last();
            return this;
        }
        catch (Exception failure)
        {
            Dispose();
            if (DiskFailure.Is(failure))
                throw DiskFailure.ToError(
                    failure, "the run's configuration cannot be written", Run.Folder.ConfigurationFile, "the run's checkpoints are intact",
                    "make room and run the command again");
            throw;
        }
    }

    /// <summary>The keys a training's bits depend on, with their values.</summary>
    public static IReadOnlyDictionary<string, string> LastingKeys(RunConfiguration configuration) =>
        Keys(configuration, key => !key.StartsWith(EvaluationSection, StringComparison.Ordinal));

    /// <summary>What a checkpoint says of its run's configuration: <see cref="LastingKeys"/>, and how the run is evaluated.</summary>
    public static IReadOnlyDictionary<string, string> CardKeys(RunConfiguration configuration) => Keys(configuration, _ => true);

    private static Dictionary<string, string> Keys(RunConfiguration configuration, Func<string, bool> isWanted) => ConfigurationTable.Of(configuration)
        .Where(key => isWanted(key.Name) && !key.Name.StartsWith("checkpoint.", StringComparison.Ordinal)
            && key.Name is not ("training.threads" or "training.time_budget_seconds" or "data.folder"))
        .ToDictionary(key => key.Name, key => key.Name == ConfigurationResolver.ModelKey && ModelFile.IsPath(key.Read(configuration)) ? RunFolder.ModelFileName : key.Read(configuration));

    public void Dispose()
    {
        Average?.Dispose();
        Optimizer?.Dispose();
        Network?.Dispose();
        Device.Dispose();
        Run?.Dispose();
    }

    // Fills the folder of a run that nobody knows yet.
    private void Describe(RunLock made, string name, ResolvedConfiguration configuration, NewRun run)
    {
        var information = new RunInformation
        {
            Name = name,
            Model = Description.Name,
            Recipe = configuration.RecipeName,
            Seed = Configuration.Training.Seed,
            Started = Surroundings.Clock.GetUtcNow(),
            CommandLine = run.CommandLine,
            Machine = RunMachine.Here(Device),
            Data = Data.Describe(Configuration.Data.SplitSeed) with { Folder = Configuration.Data.Folder },
            ParameterCount = Network.ParameterCount,
            FlopsPerImage = Network.FlopsPerSample,
            ForkedFrom = run.From is { } from ? $"{from.Run.Name}@{from.Name}" : null,
        };
        var folder = made.Folder;
        if (PathKinds.Of(folder.CheckpointsFolder) == PathKind.Absent)
        {
            made.SubFolder(RunFolder.CheckpointsName);
            if (ModelFile.IsPath(Configuration.Model.Name)) // the run remembers the network, whatever becomes of its file
                DurableFile.Write(Surroundings.Files, folder.ModelFile, Encoding.UTF8.GetBytes(ModelFile.Write(Description)));
            WriteConfiguration(folder, configuration);
            // A disk that is full or read-only shows now and not after the first epoch.
            new CheckpointStore(folder, Surroundings.Files).SaveLast(CheckpointMemory.Encode(Start, Metadata));
        }

        DurableFile.Write(
            Surroundings.Files, folder.InformationFile, JsonSerializer.SerializeToUtf8Bytes(information, RunInformationJson.Default.RunInformation));
    }

    /// <summary>As it stands in the run's own folder: the model file lies beside it.</summary>
    internal static ResolvedConfiguration ForFolder(ResolvedConfiguration configuration) => ModelFile.IsPath(configuration.Value.Model.Name)
        ? configuration with { Value = configuration.Value with { Model = configuration.Value.Model with { Name = RunFolder.ModelFileName } } }
        : configuration;

    private void WriteConfiguration(RunFolder folder, ResolvedConfiguration configuration) =>
        DurableFile.Write(Surroundings.Files, folder.ConfigurationFile, Encoding.UTF8.GetBytes(ForFolder(configuration).ToYaml()));
}
