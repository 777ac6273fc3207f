using System.Globalization;

namespace Weft.Training;

/// <summary>How the number of epochs that a run's configuration plans relates to the one its checkpoint was made with.</summary>
internal enum PlannedEpochs
{
    /// <summary>The run's last checkpoint has as many.</summary>
    Same = 1,

    /// <summary>An older checkpoint has as many or fewer: the run may have been extended since.</summary>
    AtLeast = 2,

    /// <summary>The run is being extended, perhaps once more after a kill in between.</summary>
    Any = 3,
}

/// <summary>A checkpoint's file that exists.</summary>
/// <param name="Name">"best", "last" or the epoch's number.</param>
public sealed record CheckpointReference(RunFolder Run, string Name, string Path)
{
    /// <summary>What the run's configuration may say of epochs beside it.</summary>
    internal PlannedEpochs Epochs => Name == "last" ? PlannedEpochs.Same : PlannedEpochs.AtLeast;

    /// <exception cref="WeftException">As <see cref="CheckpointFile.Read"/>; of a damaged one it names another of the run that is whole.</exception>
    public Checkpoint Read() => Read(path => CheckpointFile.Read(path));

    /// <summary>The model alone, without what training needs besides.</summary>
    /// <exception cref="WeftException">As <see cref="Read()"/> and <see cref="RunViews.Of(TrainedModel, RunFolder)"/>.</exception>
    public TrainedModel ReadModel()
    {
        var model = Read(TrainedModel.Load);
        return model.With(RunViews.Of(model, Run));
    }

    private T Read<T>(Func<string, T> read)
    {
        try
        {
            return read(Path);
        }
        catch (WeftException damage) when (damage.Kind == ErrorKind.NoValidCheckpoint)
        {
            var other = new[] { "last", "best" }.FirstOrDefault(name => name != Name && IsWhole(name == "last" ? Run.LastCheckpoint : Run.BestCheckpoint));
            throw damage.With(damage.Safe, other is null
                ? new RetrainWith(Run, [])
                : new UseCheckpoint(Run, other));
        }
    }

    internal static CheckpointReference Of(RunFolder run, string name)
    {
        if (name == "best" || name == "last")
        {
            var path = name == "best" ? run.BestCheckpoint : run.LastCheckpoint;
            if (name == "last" && !File.Exists(path) && File.Exists(run.PreviousCheckpoint))
                path = run.PreviousCheckpoint; // between the two renames of a save
            return File.Exists(path) ? new CheckpointReference(run, name, path) : throw Missing(run, name, path);
        }

        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
        {
            throw new WeftException(ErrorKind.InvalidInput, $"'{run.Name}@{name}' names no checkpoint")
            {
                Expected = "@best, @last or @EPOCH", Found = "@" + name, Next = new ShowRun(run),
            };
        }

        var candidates = new[] { run.EpochCheckpoint(epoch), run.BestCheckpoint, run.LastCheckpoint };
        var found = candidates.FirstOrDefault(
            path => File.Exists(path) && CheckpointFile.Read(path).Position is var position && position.CompletedEpochs == epoch && position.StepInEpoch == 0);
        return found is null ? throw Missing(run, name, run.EpochCheckpoint(epoch)) : new CheckpointReference(run, name, found);
    }

    internal static bool IsWhole(string path)
    {
        try
        {
            CheckpointFile.Read(path);
            return true;
        }
        catch (WeftException)
        {
            return false;
        }
    }

    private static WeftException Missing(RunFolder run, string name, string path)
    {
        if (TrialNote.Released(run) is { } released)
            return released;
        var existing = Directory.Exists(run.CheckpointsFolder)
            ? Directory.EnumerateFiles(run.CheckpointsFolder, "*.safetensors").Select(System.IO.Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal).ToList()
            : [];
        return new WeftException(ErrorKind.NoValidCheckpoint, $"the run {run.Name} has no checkpoint {name}")
        {
            Where = path, Found = existing.Count == 0 ? "no checkpoint at all" : string.Join(", ", existing), Next = new ResumeRun(run),
        };
    }
}

/// <summary>Checkpoints by the names people give them.</summary>
public static class CheckpointNames
{
    /// <summary>Resolves <c>RUN</c>, <c>RUN@best</c>, <c>RUN@last</c> or <c>RUN@EPOCH</c>; without '@' the best checkpoint is meant.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: no such run or no such kind of checkpoint; <see cref="ErrorKind.NoValidCheckpoint"/>: the run has not got it.
    /// </exception>
    public static CheckpointReference FindCheckpoint(this RunStore store, string reference)
    {
        var at = reference.LastIndexOf('@');
        var run = store.Find(at < 0 ? reference : reference[..at]);
        return CheckpointReference.Of(run.Folder, at < 0 ? "best" : reference[(at + 1)..]);
    }
}
