using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>
/// A training that can begin or go on: data divided, network compiled, and the run's folder owned where it has one. <see cref="Trainer"/> carries it out.
/// </summary>
internal sealed partial class TrainingSession : IDisposable
{
    private readonly CompiledTraining _compiled;

    private TrainingSession(RunConfiguration configuration, TrainingData data, CompiledTraining compiled, RunLock? run, Surroundings surroundings)
    {
        (Configuration, Data, _compiled, Run, Surroundings) = (configuration, data, compiled, run, surroundings);
        Metadata = MetadataOf(configuration, data, compiled.Description);
    }

    public RunConfiguration Configuration { get; }

    public TrainingData Data { get; }

    /// <summary>The run, or null where the training leaves nothing on disk.</summary>
    public RunLock? Run { get; }

    /// <summary>The run's folder, or null where the training leaves nothing on disk.</summary>
    public RunFolder? Folder => Run?.Folder;

    public Device Device => _compiled.Device;

    public NetworkDescription Description => _compiled.Description;

    public Network Network => _compiled.Network;

    public Optimizer Optimizer => _compiled.Optimizer;

    /// <summary>The moving average of the weights, or null where the configuration wants none.</summary>
    public WeightAverage? Average => _compiled.Average;

    /// <summary>What the model's files say next to the weights.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>Where the training begins; the first position of a new run.</summary>
    public TrainingPosition Start { get; private init; } = new();

    /// <summary>What the weights that a new run began with take each validation picture for, where fine-tuning is to be compared with them.</summary>
    public IReadOnlyList<int>? HeadPredictions { get; private init; }

    /// <summary>Whether this continues a run that was started before.</summary>
    public bool IsResumed { get; private init; }

    /// <summary>One where only the last layer is fitted: that step is done when the training begins.</summary>
    public int StepsPerEpoch => Configuration.Backbone.IsFrozen ? 1 : Data.StepsPerEpoch(Configuration.Training.BatchSize);

    public long TotalSteps => (long)StepsPerEpoch * Configuration.Training.Epochs;

    /// <summary>The processes that train the network together.</summary>
    internal RankGroup Ranks { get; private set; } = RankGroup.Alone;

    internal Surroundings Surroundings { get; }

    internal CheckpointMemory CheckpointMemory => _compiled.CheckpointMemory;

    /// <summary>Policies of the caller's, next to those that the configuration asks for.</summary>
    internal IReadOnlyList<ITrainingPolicy> Policies { get; set; } = [];

    /// <summary>Found while the run was taken over; the training reports them first.</summary>
    internal IReadOnlyList<Warned> Warnings { get; private init; } = [];

    /// <summary>A new run. Its folder is made last, when everything else has been found right.</summary>
    /// <exception cref="WeftException">Something is wrong; no folder is left behind.</exception>
    public static TrainingSession Begin(ResolvedConfiguration configuration, ImageDataset dataset, NewRun run, Surroundings? surroundings = null) =>
        Begin(configuration, null, TrainingData.Prepare(dataset, configuration.Value.Data), run, surroundings);

    /// <summary>As the other, with a network of the caller's (null: the one that the configuration names), and for data that are divided already.</summary>
    /// <param name="run">Null for a training that leaves nothing on disk.</param>
    /// <param name="start">Null for weights that are drawn, or those of <see cref="NewRun.From"/>.</param>
    internal static TrainingSession Begin(
        ResolvedConfiguration configuration, NetworkDescription? network, TrainingData data, NewRun? run, Surroundings? surroundings = null,
        IReadOnlyList<ITrainingPolicy>? policies = null, InitialState? start = null)
    {
        surroundings ??= new Surroundings();
        var before = configuration.Notes.Count;
        configuration = DataChoices.Of(configuration, data.Dataset);
        var choices = configuration.Notes.Skip(before).Select(note => new Warned("choices", note, null));
        if (configuration.Value.Backbone.Weights is { } missing && start is null && run?.From is null)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the network starts from weights that nobody read")
            {
                Where = "backbone.weights", Expected = "none: such a training begins with fitting its last layer", Found = missing,
                Safe = "nothing was touched",
            };
        }

        var compiled = CompiledTraining.Of(
            configuration.Value, network, data.Dataset, surroundings, isNew: true, readsCheckpoint: run?.From is not null || start is not null);
        try
        {
            if (start is not null)
                StateTensors.Fill(compiled.Network.State, start.Weights, "weights");
            else if (run?.From is { } from)
            {
                var weights = from.Read();
                RunChecks.RequireSameClassCount(weights, data.Dataset, from);
                weights.ApplyTo(compiled.Network);
            }

            if (run is null)
                return Over(null);
            TrainingSession? session = null;
            run.Store.Create(compiled.Description.Name, run.Name, (made, name) => (session ??= Over(made)).FillFolder(made, name, configuration, run));
            return session!;
        }
        catch
        {
            compiled.Dispose();
            throw;
        }

        TrainingSession Over(RunLock? taken) =>
            new(configuration.Value, data, compiled, taken, surroundings)
            {
                Warnings = [.. data.Warnings, .. choices], Policies = policies ?? [], Start = start?.Position ?? new TrainingPosition(),
                HeadPredictions = start?.HeadPredictions,
            };
    }

    /// <summary>Goes on with a run where its newest valid checkpoint left it.</summary>
    /// <param name="open">Opens the data the configuration names.</param>
    /// <param name="threads">In place of the configuration's; the bits do not depend on it.</param>
    /// <param name="moved">Where the run's data are now, as keys of the data section; remembered by the run once they are found to be the same data.
    /// Default: where they were.</param>
    /// <exception cref="WeftException">
    /// As <see cref="RunChecks"/>; <see cref="ErrorKind.NoValidCheckpoint"/>: no valid checkpoint;
    /// <see cref="ErrorKind.RunBusy"/>: another process owns the run.
    /// </exception>
    public static TrainingSession Resume(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open, int? threads = null, Surroundings? surroundings = null,
        IReadOnlyList<ConfigurationValue>? moved = null, IReadOnlyList<ITrainingPolicy>? policies = null)
    {
        var (session, resolved) = Continue(
            folder, open, before => (before.With(moved ?? []), new WithData(new ResumeRun(folder))), threads, surroundings,
            PlannedEpochs.Same, policies: policies);
        return moved is null ? session : session.Finish(() => session.WriteConfiguration(folder, resolved));
    }

    /// <summary>
    /// Goes on with a run that has ended, up to a higher number of epochs. The schedule is that of a run planned for so many: its learning rate goes on where
    /// such a run would be. A run that stopped early gets its patience back.
    /// </summary>
    /// <param name="epochs">From the number it has to the number it shall have.</param>
    /// <param name="moved">As in <see cref="Resume"/>.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: not more epochs than before; else as <see cref="Resume"/>.</exception>
    public static TrainingSession Extend(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open, Func<int, int> epochs, int? threads = null, Surroundings? surroundings = null,
        IReadOnlyList<ConfigurationValue>? moved = null)
    {
        var (session, extended) = Continue(folder, open, before =>
        {
            var (had, shall) = (before.Value.Training.Epochs, epochs(before.Value.Training.Epochs));
            if (shall <= had)
            {
                throw new WeftException(ErrorKind.InvalidInput, $"the run {folder.Name} has {had} epochs already")
                {
                    Where = "--epochs",
                    Expected = $"+N, or more than {had}",
                    Found = $"{shall}",
                    Safe = "nothing was changed",
                    Next = new ExtendRun(folder, Math.Max(1, had / 2), AreMore: true),
                };
            }

            var changes = new[] { new ConfigurationValue(RunChecks.EpochsKey, $"{shall}", "extend") }.Concat(moved ?? []);
            return (before.With([.. changes]), new WithData(new ExtendRun(folder, shall, AreMore: false)));
        }, threads, surroundings, PlannedEpochs.Any, Reopened);
        return session.Finish(() =>
        {
            // In this order: killed in between, the same command does the same once more, and resume says what is the matter.
            new CheckpointStore(folder, session.Surroundings.Files).SaveLast(session.CheckpointMemory.Encode(session.Start, session.Metadata));
            session.WriteConfiguration(folder, extended);
        });
    }

    // The position of a run that ended, without its end.
    private static TrainingPosition Reopened(TrainingPosition ended) => ended with
    {
        StopReason = null,
        StopDetail = null,
        PolicyStates = ended.PolicyStates.Where(state => state.Key != StopWhenNoImprovement.StateName).ToDictionary(state => state.Key, state => state.Value),
    };

    private static (TrainingSession Session, ResolvedConfiguration Configuration) Continue(
        RunFolder folder, Func<DataConfiguration, ImageDataset> open,
        Func<ResolvedConfiguration, (ResolvedConfiguration Configuration, NextStep Advice)> change,
        int? threads, Surroundings? surroundings, PlannedEpochs epochs, Func<TrainingPosition,
        TrainingPosition>? reopen = null, IReadOnlyList<ITrainingPolicy>? policies = null)
    {
        surroundings ??= new Surroundings();
        var taken = RunLock.Take(folder);
        CompiledTraining? compiled = null;
        try
        {
            var warnings = new List<Warned>();
            var checkpoint = new CheckpointStore(folder, surroundings.Files).LoadNewest(warnings.Add);
            var (resolved, advice) = change(RunChecks.Configuration(folder, checkpoint, epochs));
            var data = RunChecks.Open(folder, checkpoint, resolved, open, advice).Data;
            var configuration = resolved.Value with { Training = resolved.Value.Training with { Threads = threads ?? resolved.Value.Training.Threads } };
            compiled = CompiledTraining.Of(configuration, null, data.Dataset, surroundings, isNew: false, readsCheckpoint: true);
            checkpoint.ApplyTo(compiled.Network, compiled.Optimizer, compiled.Average);
            return (new TrainingSession(configuration, data, compiled, taken, surroundings)
            {
                Start = reopen?.Invoke(checkpoint.Position) ?? checkpoint.Position, IsResumed = true,
                Warnings = [.. warnings, .. data.Warnings], Policies = policies ?? [],
            }, resolved);
        }
        catch
        {
            compiled?.Dispose();
            taken.Dispose();
            throw;
        }
    }

    private TrainingSession Finish(Action last)
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
                    failure, "the run's configuration cannot be written", Folder!.ConfigurationFile, "the run's checkpoints are intact",
                    new Advice("make room and run the command again"));
            throw;
        }
    }

    public void Dispose()
    {
        _compiled.Dispose();
        Run?.Dispose();
    }

    private static ModelMetadata MetadataOf(RunConfiguration configuration, TrainingData data, NetworkDescription description) => new()
    {
        Description = description,
        Preprocessing = data.Preprocessing,
        Classes = data.Dataset.ClassNames,
        DataFingerprint = data.Dataset.Fingerprint,
        Configuration = RunKeys.OfCheckpoint(configuration),
    };

    // Fills the folder of a run that nobody knows yet.
    private void FillFolder(RunLock made, string name, ResolvedConfiguration configuration, NewRun run)
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
            BestMetric = Configuration.Checkpoint.BestMetric is ValidationAccuracyMetric ? null : Configuration.Checkpoint.BestMetric.Name,
            ForkedFrom = run.From is { } from ? $"{from.Run.Name}@{from.Name}" : null,
        };
        var folder = made.Folder;
        if (PathKinds.Of(folder.CheckpointsFolder) == PathKind.Absent)
        {
            made.SubFolder(RunFolder.CheckpointsName);
            if (ModelFile.IsPath(Configuration.Model.Name)) // the run remembers the network, whatever becomes of its file
                DurableFile.Write(Surroundings.Files, folder.ModelFile, Encoding.UTF8.GetBytes(ModelFile.Write(Description)));
            if (Configuration.Data.Corrections is { } corrections)
                DurableFile.Write(Surroundings.Files, folder.CorrectionsFile, LabelCorrections.Read(corrections).Content);
            WriteConfiguration(folder, configuration);
            if (Data.SplitTable() is { } split)
                DurableFile.Write(Surroundings.Files, folder.SplitFile, Encoding.UTF8.GetBytes(split));
            // A disk that is full or read-only shows now and not after the first epoch.
            new CheckpointStore(folder, Surroundings.Files).SaveLast(CheckpointMemory.Encode(Start, Metadata));
        }

        DurableFile.Write(
            Surroundings.Files, folder.InformationFile, JsonSerializer.SerializeToUtf8Bytes(information, RunInformationJson.Default.RunInformation));
    }

    private void WriteConfiguration(RunFolder folder, ResolvedConfiguration configuration) =>
        DurableFile.Write(Surroundings.Files, folder.ConfigurationFile, Encoding.UTF8.GetBytes(RunKeys.ForFolder(configuration).ToYaml()));
}
