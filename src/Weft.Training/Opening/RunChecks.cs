using System.Globalization;

namespace Weft.Training;

/// <summary>A run whose configuration, network and data are what its checkpoint was made with.</summary>
internal sealed record OpenedRun(ResolvedConfiguration Configuration, TrainingData Data);

/// <summary>
/// What a run is: its checkpoint says it. Every command that opens a run goes through here, so that a file that was edited, emptied or exchanged is
/// refused by all of them alike.
/// </summary>
internal static class RunChecks
{
    internal const string EpochsKey = "training.epochs";

    /// <param name="open">Opens the data that the configuration names.</param>
    /// <param name="advice">What to do where the run's data are not found: the same <see cref="WithData"/>.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetMissing"/>, <see cref="ErrorKind.DatasetDamaged"/> or <see cref="ErrorKind.DownloadFailed"/>: the data cannot be had;
    /// <see cref="ErrorKind.DatasetMismatch"/>: other data; <see cref="ErrorKind.CheckpointMismatch"/>: another configuration or network.
    /// </exception>
    public static OpenedRun Open(
        RunFolder run, Checkpoint checkpoint, Func<DataConfiguration, ImageDataset> open, NextStep advice, PlannedEpochs epochs = PlannedEpochs.AtLeast) =>
        Open(run, checkpoint, Configuration(run, checkpoint, epochs), open, advice);

    /// <summary>As the other, for a configuration that has been compared and perhaps given other places or more epochs since.</summary>
    internal static OpenedRun Open(
        RunFolder run, Checkpoint checkpoint, ResolvedConfiguration configuration, Func<DataConfiguration, ImageDataset> open, NextStep advice)
    {
        var dataset = OpenData(configuration.Value.Data, open, advice);
        RequireSameData(checkpoint, dataset, run, advice);
        RequireSameNetwork(run, checkpoint, configuration.Value, dataset);
        var data = TrainingData.Prepare(dataset, configuration.Value.Data, new RunReader(run).Information.Data.SplitRule);
        // A network that began with weights from elsewhere takes pictures as those were trained.
        return new OpenedRun(configuration, configuration.Value.Backbone.Weights is null ? data : data with { Statistics = checkpoint.Model.Statistics });
    }

    /// <summary>
    /// The run's configuration, compared with its last checkpoint, or with the best one where the last is not whole. A published run without checkpoints
    /// is believed.
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: another configuration, or none that can be read.</exception>
    public static ResolvedConfiguration Configuration(RunFolder run)
    {
        foreach (var (path, epochs) in Checkpoints(run))
        {
            try
            {
                return Configuration(run, CheckpointFile.Read(path), epochs);
            }
            catch (WeftException damage) when (damage.Kind == ErrorKind.NoValidCheckpoint)
            {
                // The next one may be whole.
            }
        }

        return new RunReader(run).Configuration();
    }

    /// <summary>The run's configuration, compared with one of its checkpoints: all lasting keys, all differences at once.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: another configuration, or none that can be read.</exception>
    public static ResolvedConfiguration Configuration(RunFolder run, Checkpoint checkpoint, PlannedEpochs epochs = PlannedEpochs.AtLeast)
    {
        var configuration = new RunReader(run).Configuration();
        var now = RunKeys.OfCheckpoint(configuration.Value);
        var problems = new List<Problem>();
        foreach (var (key, before) in FormerKeys.Now(checkpoint.Model.Metadata.Configuration, configuration.Value))
        {
            // A key that only the checkpoint knows is one of an earlier version or of another optimizer or schedule, and one that only this program knows has
            // a default that keeps the old behaviour.
            if (!now.TryGetValue(key, out var value))
                continue;
            // A record of the program's own may have become known after the file was written; then its defaults are what the file means.
            if (value == before && ConfigurationTable.Find(key, configuration.Value)!.IsOfProgram)
                continue;
            if (!configuration.Origin(key).StartsWith(ConfigurationResolver.FileOrigin, StringComparison.Ordinal))
                problems.Add(new Problem(key, $"{key}: {before}", "nothing"));
            else if (value != before && !(key == EpochsKey && Fits(configuration.Value.Training.Epochs, before, epochs)))
                problems.Add(new Problem(key, $"{key}: {before}", $"{key}: {value}"));
        }

        return problems.Count == 0 ? configuration : throw Differs(run, problems);
    }

    /// <summary>Steps of an epoch that has not so many.</summary>
    public static void RequirePossiblePosition(TrainingPosition position, int stepsPerEpoch, RunFolder run)
    {
        if (position.StepInEpoch > stepsPerEpoch || position.Step != (long)position.CompletedEpochs * stepsPerEpoch + position.StepInEpoch)
        {
            throw new WeftException(ErrorKind.CheckpointMismatch, $"the position of the run {run.Name} is not one of its training")
            {
                Where = run.CheckpointsFolder,
                Expected = $"steps of epochs of {stepsPerEpoch}",
                Found = $"step {position.Step}, epoch {position.CompletedEpochs} and {position.StepInEpoch} steps",
                Safe = "nothing was changed",
            };
        }
    }

    /// <summary>Whose weights a new run starts from has the classes that the data have.</summary>
    public static void RequireSameClassCount(Checkpoint checkpoint, ImageDataset dataset, CheckpointReference from)
    {
        var classes = checkpoint.Model.Classes.Count;
        if (classes == dataset.ClassCount)
            return;
        throw new WeftException(ErrorKind.CheckpointMismatch, $"the run {from.Run.Name} has {classes} classes, the data {dataset.ClassCount}")
        {
            Where = dataset.Folder ?? dataset.Name, Expected = $"{classes} classes: the last layer's weights belong to them",
            Found = $"{dataset.ClassCount} classes",
            Safe = "nothing was changed",
            Next = new TrainRun { Data = dataset.Folder },
        };
    }

    public static void WarnOfOtherVectors(Checkpoint checkpoint, Device device, Action<Warned> warn)
    {
        var here = device.NumericProfile.VectorBits;
        if (checkpoint.VectorBits != here)
            warn(new Warned(
                "numeric-profile",
                $"this run was computed with {checkpoint.VectorBits}-bit vectors and goes on with {here}-bit ones: the last digits will differ", null));
    }

    /// <summary>The test images are other ones than those an earlier evaluation of the run was made of.</summary>
    internal static void RequireSameTestImages(RunFolder run, string? before, ImageSamples images, ImageDataset dataset, NextStep advice)
    {
        if (before is null || before == images.Fingerprint)
            return;
        throw new WeftException(ErrorKind.DatasetMismatch, $"the test images changed since the run {run.Name} was evaluated on them")
        {
            Where = dataset.Folder ?? dataset.Name,
            Expected = $"sha256 {before}, as {Path.Combine(run.EvaluationFolder("test"), "metrics.json")} has it",
            Found = $"sha256 {images.Fingerprint} ({images.Count} images)",
            Safe = "the run was not changed; the opening is noted in the ledger",
            Next = advice,
        };
    }

    /// <summary>The checkpoints that may say what the run is, the newest first.</summary>
    internal static IEnumerable<(string Path, PlannedEpochs Epochs)> Checkpoints(RunFolder run) =>
        new[] { (run.LastCheckpoint, PlannedEpochs.Same), (run.PreviousCheckpoint, PlannedEpochs.AtLeast), (run.BestCheckpoint, PlannedEpochs.AtLeast) }
            .Where(one => RegularFile.Exists(one.Item1));

    private static bool Fits(int planned, string before, PlannedEpochs epochs) =>
        epochs == PlannedEpochs.Any
            || (epochs == PlannedEpochs.AtLeast && int.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && planned > number);

    private static ImageDataset OpenData(DataConfiguration configuration, Func<DataConfiguration, ImageDataset> open, NextStep advice)
    {
        try
        {
            return open(configuration);
        }
        catch (WeftException missing) when (missing.Kind is ErrorKind.DatasetMissing)
        {
            throw missing.With(missing.Safe, advice);
        }
    }

    private static void RequireSameData(Checkpoint checkpoint, ImageDataset dataset, RunFolder run, NextStep advice)
    {
        if (checkpoint.Model.Metadata.DataFingerprint == dataset.Fingerprint)
            return;
        throw new WeftException(ErrorKind.DatasetMismatch, $"the data are not those that the run {run.Name} began with")
        {
            Where = dataset.Folder ?? dataset.Name,
            Expected = $"sha256 {checkpoint.Model.Metadata.DataFingerprint}: the run's own data, there or in another folder",
            Found = $"sha256 {dataset.Fingerprint} ({dataset.Train.Count} samples, {dataset.ClassCount} classes)",
            Safe = "nothing was changed",
            Next = advice,
        };
    }

    private static void RequireSameNetwork(RunFolder run, Checkpoint checkpoint, RunConfiguration configuration, ImageDataset dataset)
    {
        string? found = null;
        try
        {
            if (NetworkDescriptionJson.Write(checkpoint.Model.Description)
                != NetworkDescriptionJson.Write(configuration.Model.Describe(dataset.ClassCount, dataset.Shape)))
                found = "others";
        }
        catch (WeftException wrong) when (wrong.Kind == ErrorKind.InvalidInput)
        {
            found = wrong.Found ?? wrong.What;
        }

        if (found is null)
            return;
        throw new WeftException(ErrorKind.CheckpointMismatch, $"the run {run.Name} was trained with another network")
        {
            Where = ModelFile.IsPath(configuration.Model.Name) ? run.ModelFile : run.ConfigurationFile,
            Expected = "the layers its checkpoint was made with",
            Found = found,
            Safe = "nothing was changed",
            Next = new RestoreConfiguration(run),
        };
    }

    private static WeftException Differs(RunFolder run, IReadOnlyList<Problem> problems)
    {
        var shown = problems.Take(Mistakes.Shown).ToArray();
        var only = problems.Count == 1 ? problems[0] : null;
        return new WeftException(
            ErrorKind.CheckpointMismatch, $"the run {run.Name} was trained with another {only?.Where ?? $"configuration: {problems.Count} values differ"}")
        {
            Where = run.ConfigurationFile,
            Expected = only?.Expected,
            Found = only?.Found,
            Problems = shown,
            Safe = "nothing was changed",
            Next = new RestoreConfiguration(run),
        };
    }
}
