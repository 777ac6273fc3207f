namespace Weft.Training;

/// <summary>
/// Writes a training's checkpoints in an order that a crash cannot spoil: what an epoch adds (best, kept epochs) before the last one that says the epoch is
/// done. A save that fails is told as a warning and tried again with the next one.
/// </summary>
internal sealed class CheckpointKeeper(TrainingSession session, ICheckpointStore store, RunRecorder recorder, TrainingTimer timer)
{
    private readonly List<WaitingSave> _waiting = [];
    private string _lastSaved = $"the checkpoint of step {session.Start.Step}";

    /// <summary>Notes what the end of an epoch wants saved beside the last checkpoint; the next save writes it first.</summary>
    public void Prepare(TrainingPosition position, Decision decision)
    {
        if (session.Ranks.Rank > 0)
            return;
        if (decision.SaveBest)
            Wait(new WaitingSave(RunFolder.BestName, position, store.SaveBest));
        if (decision.KeepEpoch)
            Wait(new WaitingSave(RunFolder.EpochName(position.CompletedEpochs), position, bytes => store.KeepEpoch(position.CompletedEpochs, bytes)));
    }

    /// <summary>Saves, or warns that it could not.</summary>
    public void TrySave(TrainingPosition position)
    {
        try
        {
            SaveOrThrow(position);
        }
        catch (WeftException failure) when (failure.Kind is ErrorKind.DiskFull or ErrorKind.IoError)
        {
            foreach (var save in _waiting)
                save.OwnBytes ??= Bytes(save.Position).ToArray(); // the next step changes the weights
            recorder.Record(new Warned(
                failure.Kind == ErrorKind.DiskFull ? "disk-full" : "io-error", $"the checkpoint of step {position.Step} was not saved: {failure.Found}",
                $"{_lastSaved} is intact; training goes on and the next save tries again"));
        }
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>; what was saved before is intact.</exception>
    public void SaveOrThrow(TrainingPosition position)
    {
        if (session.Ranks.Rank > 0)
            return; // rank 0 saves for all
        RequireOwnFolder();
        while (_waiting.Count > 0)
        {
            var first = _waiting[0];
            first.Write(first.OwnBytes ?? Bytes(first.Position));
            _waiting.RemoveAt(0);
            Saved(first.File, first.Position);
        }

        recorder.Flush(session.Folder); // the rows of the epochs that the checkpoint calls done
        store.SaveLast(Bytes(position));
        _lastSaved = $"the checkpoint of step {position.Step}";
        Saved(RunFolder.LastName, position);
    }

    private void RequireOwnFolder()
    {
        try
        {
            session.Run?.SubFolder(RunFolder.CheckpointsName);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the run's folder is not the one that this training began in", session.Folder!.Path, "nothing was written there");
        }
    }

    /// <summary>For people: the newest checkpoint on disk.</summary>
    public string Describe() => _lastSaved;

    private ReadOnlyMemory<byte> Bytes(TrainingPosition position) => session.CheckpointMemory.Encode(position, session.Metadata);

    // Of two that go to the same file only the newer matters.
    private void Wait(WaitingSave save)
    {
        _waiting.RemoveAll(older => older.File == save.File);
        _waiting.Add(save);
    }

    private void Saved(string file, TrainingPosition position) =>
        recorder.Record(new CheckpointSaved(file, position.CompletedEpochs, position.Step, position.StepInEpoch == 0 ? 0 : timer.EpochSeconds));

    private sealed class WaitingSave(string file, TrainingPosition position, Action<ReadOnlyMemory<byte>> write)
    {
        public string File => file;

        public TrainingPosition Position => position;

        public Action<ReadOnlyMemory<byte>> Write => write;

        /// <summary>Its checkpoint, once the training's state is about to move on; before, it is encoded from that.</summary>
        public byte[]? OwnBytes { get; set; }
    }
}
