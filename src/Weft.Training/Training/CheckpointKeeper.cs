namespace Weft.Training;

/// <summary>
/// Writes a training's checkpoints in an order that a crash cannot spoil: what an epoch adds (best, kept epochs) before the last one that says the epoch is done.
/// A save that fails is told as a warning and tried again with the next one.
/// </summary>
internal sealed class CheckpointKeeper(TrainingPlan plan, RunRecorder recorder, TrainingTimer timer)
{
    private readonly CheckpointStore _store = new(plan.Run.Folder, plan.Surroundings.Files);
    private readonly Queue<(string File, Action Save)> _waiting = new();
    private (Checkpoint? Checkpoint, byte[] Bytes) _newest = (null, []);
    private string _lastSaved = $"the checkpoint of step {plan.Start.Step}";

    /// <summary>Notes what the end of an epoch wants saved beside the last checkpoint; the next save writes it first.</summary>
    public void Prepare(Checkpoint checkpoint, Decision decision)
    {
        if (!decision.SaveBest && !decision.KeepEpoch)
            return;
        var bytes = Bytes(checkpoint);
        var epoch = checkpoint.Position.CompletedEpochs;
        if (decision.SaveBest)
            Wait(plan.Run.Folder.BestCheckpoint, checkpoint.Position, () => _store.SaveBest(bytes));
        if (decision.KeepEpoch)
            Wait(plan.Run.Folder.EpochCheckpoint(epoch), checkpoint.Position, () => _store.KeepEpoch(epoch, bytes));
    }

    /// <summary>Saves, or warns that it could not.</summary>
    public void TrySave(Checkpoint checkpoint)
    {
        try
        {
            Save(checkpoint);
        }
        catch (WeftException failure) when (failure.Code is ExitCode.DiskFull or ExitCode.IoError)
        {
            recorder.Record(new Warned(failure.Code.Name(), $"the checkpoint of step {checkpoint.Position.Step} was not saved: {failure.Found}",
                $"{_lastSaved} is intact; training goes on and the next save tries again"));
        }
    }

    /// <exception cref="WeftException">Exit 40 or 41; what was saved before is intact.</exception>
    public void SaveOrThrow(Checkpoint checkpoint) => Save(checkpoint);

    /// <summary>For people: the newest checkpoint on disk.</summary>
    public string Describe() => _lastSaved;

    private void Save(Checkpoint checkpoint)
    {
        while (_waiting.TryPeek(out var first))
        {
            first.Save();
            _waiting.Dequeue();
        }

        recorder.Flush(plan.Run.Folder); // the rows of the epochs that the checkpoint calls done
        _store.SaveLast(Bytes(checkpoint));
        _lastSaved = $"the checkpoint of step {checkpoint.Position.Step}";
        Saved(plan.Run.Folder.LastCheckpoint, checkpoint.Position);
        // A save leaves several copies of the state behind, and a training allocates nothing else that would make the collector look for them.
        // This bounds the copies but the process still grows at its first saves; writing the state as a stream would end that.
        GC.Collect();
    }

    // The end of an epoch often saves one checkpoint under two names.
    private byte[] Bytes(Checkpoint checkpoint)
    {
        if (!ReferenceEquals(_newest.Checkpoint, checkpoint))
            _newest = (checkpoint, CheckpointFile.ToBytes(checkpoint));
        return _newest.Bytes;
    }

    private void Wait(string file, TrainingPosition position, Action save) => _waiting.Enqueue((file, () =>
    {
        save();
        Saved(file, position);
    }));

    private void Saved(string file, TrainingPosition position) =>
        recorder.Record(new CheckpointSaved(Path.GetFileName(file), position.CompletedEpochs, position.Step, position.StepInEpoch == 0 ? 0 : timer.EpochSeconds));
}
