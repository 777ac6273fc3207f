namespace Weft.Training;

/// <summary>How far a planned run is.</summary>
internal enum PlannedState
{
    NotBegun = 1,
    Unfinished = 2,
    Finished = 3,
}

/// <summary>
/// A run with a name and a configuration that are known before it begins, as one of several that are trained in turn. Its folder is all that is remembered of
/// it: what is finished there counts, what was begun goes on, so whoever is killed and started again ends with the same numbers.
/// </summary>
internal sealed record PlannedRun(RunStore Store, string Name, ResolvedConfiguration Configuration)
{
    public RunFolder Folder { get; } = new(Path.Combine(Store.Folder, Name));

    /// <value>What the run shall know of its sweep. Default: null, it is of none.</value>
    public TrialNote? Note { get; init; }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the run that is there was made by another configuration; <see cref="ErrorKind.CheckpointMismatch"/>: its
    /// configuration is not what its checkpoint says.
    /// </exception>
    public PlannedState State()
    {
        if (!new RunReader(Folder).IsRun())
            return PlannedState.NotBegun;
        RequireSameConfiguration(Folder);
        var last = new RunReader(Folder).Events().LastOrDefault(happened => happened is RunStarted or RunResumed or RunStopped);
        return last is RunStopped { Reason: StopReasons.Completed or StopReasons.NoImprovement }
            && (RegularFile.Exists(Folder.BestCheckpoint) || TrialNote.Read(Folder) is { IsReleased: true })
            ? PlannedState.Finished
            : PlannedState.Unfinished;
    }

    /// <summary>Begins the run or goes on with it; a finished one has nothing left to do.</summary>
    /// <exception cref="WeftException">As <see cref="State"/>, and as beginning and resuming any run.</exception>
    public TrainingSession Plan(
        Func<DataConfiguration, ImageDataset> open, IReadOnlyList<string> commandLine,
        Func<ResolvedConfiguration, ImageDataset, NewRun, TrainingSession>? begin = null)
    {
        var session = Session(open, commandLine, begin);
        try
        {
            Note?.Write(Folder); // again where a kill came in between
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private TrainingSession Session(
        Func<DataConfiguration, ImageDataset> open, IReadOnlyList<string> commandLine,
        Func<ResolvedConfiguration, ImageDataset, NewRun, TrainingSession>? begin)
    {
        var data = Configuration.Value.Data;
        if (State() != PlannedState.NotBegun)
            return TrainingSession.Resume(Folder, _ => open(data), Configuration.Value.Training.Threads);
        if (IsLeftover())
            RunLock.Take(Folder).Discard();
        var run = new NewRun { Store = Store, Name = Name, CommandLine = commandLine };
        return begin is null ? TrainingSession.Begin(Configuration, open(data), run) : begin(Configuration, open(data), run);
    }

    // What a kill left behind before there was a run. A folder with anything else in it is somebody's.
    private bool IsLeftover() => PathKinds.Of(Folder.Path) == PathKind.Folder && Directory.EnumerateFileSystemEntries(Folder.Path)
        .All(path =>
            path == Folder.LockFile || path == Folder.OwnerFile || path == Folder.ConfigurationFile || path == Folder.ModelFile
                || path == Folder.CorrectionsFile || path == Folder.CheckpointsFolder);

    /// <param name="folder">The run's own folder, or one that holds what was published of it.</param>
    /// <exception cref="WeftException">As <see cref="State"/>.</exception>
    internal void RequireSameConfiguration(RunFolder folder)
    {
        var had = RunKeys.Lasting(RunChecks.Configuration(folder).Value);
        var wanted = RunKeys.Lasting(Configuration.Value);
        var differing = wanted.Where(pair => had[pair.Key] != pair.Value).ToList();
        if (differing.Count == 0)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"the run {Name} was trained with another configuration")
        {
            Where = folder.ConfigurationFile,
            Expected = string.Join(", ", differing.Select(pair => $"{pair.Key}: {pair.Value}")),
            Found = string.Join(", ", differing.Select(pair => $"{pair.Key}: {had[pair.Key]}")),
            Safe = "nothing was changed",
            Next = new Advice("give the options it was begun with, or another --name"),
        };
    }
}
