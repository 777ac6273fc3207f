namespace Weft.Training;

/// <summary>The checkpoints of a run, as its owner keeps them: best, last, the valid last one before it, and the epochs that are kept for good.</summary>
internal sealed class CheckpointStore(RunFolder run, IFiles? files = null) : ICheckpointStore
{
    private readonly IFiles _files = files ?? DiskFiles.Instance;

    /// <summary>Returns when the checkpoint has reached the device, was read back and compared, and its name is durable.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>; the checkpoints that were there are intact.
    /// </exception>
    public void SaveLast(ReadOnlyMemory<byte> checkpoint) => Save(run.LastCheckpoint, checkpoint, run.PreviousCheckpoint);

    /// <inheritdoc cref="SaveLast"/>
    public void SaveBest(ReadOnlyMemory<byte> checkpoint) => Save(run.BestCheckpoint, checkpoint);

    /// <inheritdoc cref="SaveLast"/>
    public void KeepEpoch(int epoch, ReadOnlyMemory<byte> checkpoint) => Save(run.EpochCheckpoint(epoch), checkpoint);

    /// <summary>The model of the best checkpoint, or of the last one where no epoch was finished.</summary>
    /// <exception cref="WeftException">The checkpoint is damaged or gone.</exception>
    public TrainedModel LoadModel() => TrainedModel.Load(_files.Exists(run.BestCheckpoint) ? run.BestCheckpoint : run.LastCheckpoint);

    /// <summary>
    /// The newest valid of last and the one before it. A damaged file is renamed (never deleted) and reported through <paramref name="warn"/>.
    /// </summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.NoValidCheckpoint"/>: none is valid; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public Checkpoint LoadNewest(Action<Warned> warn)
    {
        WeftException? damage = null;
        foreach (var path in new[] { run.LastCheckpoint, run.PreviousCheckpoint })
        {
            if (!_files.Exists(path))
                continue;
            try
            {
                var checkpoint = CheckpointFile.Read(path, _files);
                if (damage is not null)
                    warn(new Warned("checkpoint-fallback", $"continuing from {Path.GetFileName(path)}, step {checkpoint.Position.Step}", null));
                return checkpoint;
            }
            catch (WeftException failure) when (failure.Kind == ErrorKind.NoValidCheckpoint)
            {
                damage ??= failure;
                var kept = SetAside(path);
                warn(new Warned("checkpoint-damaged", $"{Path.GetFileName(path)} is damaged: expected {failure.Expected}, found {failure.Found}",
                    $"kept as {Path.GetFileName(kept)}"));
            }
        }

        throw TrialNote.Released(run, damage) ?? new WeftException(
            ErrorKind.NoValidCheckpoint, $"the run {run.Name} has no valid checkpoint to continue from", damage)
        {
            Where = run.CheckpointsFolder,
            Expected = damage?.Expected,
            Found = damage?.Found ?? "no last checkpoint",
            Safe = damage is null ? null : $"the damaged files were kept, renamed to *{DamagedName.Ending}",
            Next = CheckpointReference.IsWhole(run.BestCheckpoint) ? new EvaluateRun(run) { Checkpoint = "best" } : new RetrainWith(run, []),
        };
    }

    private void Save(string path, ReadOnlyMemory<byte> checkpoint, string? keepPrevious = null)
    {
        try
        {
            DurableFile.Write(_files, path, checkpoint, keepPrevious);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"the checkpoint {Path.GetFileName(path)} could not be saved", path,
                "the checkpoints saved before are intact", new MakeRoom(new ResumeRun(run)));
        }
    }

    private string SetAside(string path)
    {
        var kept = DamagedName.For(path, _files.Exists);
        _files.Replace(path, kept);
        _files.FlushFolder(run.CheckpointsFolder);
        return kept;
    }
}
