namespace Weft.Training;

/// <summary>
/// Writes a run's events and metrics, if it has a folder, and reports the events. A resumed run computes some steps again, with the same results: what the
/// files already have is not written twice.
/// </summary>
internal sealed class RunRecorder : IDisposable
{
    private readonly AppendOnlyFile? _events;
    private readonly AppendOnlyFile? _metrics;
    private readonly List<MetricsRow> _rows = [];
    private readonly long _lastStep;
    private readonly int _lastEpoch;
    private readonly bool _hasSamples;
    private readonly bool _hasChecksums;
    private readonly IReadOnlyList<string> _further = [];
    private readonly IProgress<RunEvent>? _progress;
    private readonly TimeProvider _clock;

    /// <param name="run">Null for a training that leaves nothing on disk.</param>
    public RunRecorder(RunFolder? run, IProgress<RunEvent>? progress, TimeProvider clock)
    {
        _progress = progress;
        _clock = clock;
        if (run is null)
            return;
        var repair = RecordRepair.Of(run);
        Repaired = repair.Notice;
        _rows.AddRange(repair.Rows);
        Earlier = repair.Rows;
        _lastEpoch = Earlier.Count == 0 ? 0 : Earlier.Max(row => row.Epoch);
        foreach (var happened in repair.Events)
        {
            _lastStep = happened is StepDone step ? Math.Max(_lastStep, step.Step) : _lastStep;
            _hasSamples |= happened is SamplesChosen;
            LastSave = happened as CheckpointSaved ?? LastSave;
        }

        _events = new AppendOnlyFile(run.EventsFile);
        _metrics = new AppendOnlyFile(run.MetricsFile);
        _hasChecksums = repair.HasChecksums;
        _further = repair.Further;
        if (_metrics.IsEmpty)
            _metrics.Append(MetricsRow.HeaderOf(_further) + MetricsRow.ChecksumColumn);
    }

    /// <summary>What was damaged in the records of earlier processes and is put right now; null where nothing was.</summary>
    public Warned? Repaired { get; }

    /// <summary>The rows that were there before.</summary>
    public IReadOnlyList<MetricsRow> Earlier { get; } = [];

    /// <summary>The rows of all epochs, those of earlier processes too.</summary>
    public IReadOnlyList<MetricsRow> Rows => _rows;

    /// <summary>The last save of an earlier process, if any.</summary>
    public CheckpointSaved? LastSave { get; }

    /// <summary>Whether the files hold all that was recorded; false while the disk refuses.</summary>
    public bool IsComplete => _events?.Failure is null && _metrics?.Failure is null;

    public void Record(RunEvent happened)
    {
        happened = happened with { Time = _clock.GetUtcNow() };
        var isKnown = happened switch
        {
            StepDone step => step.Step <= _lastStep || step.Step % StepDone.Every != 0,
            EpochDone epoch => epoch.Epoch <= _lastEpoch,
            EpochObserved observed => observed.Epoch <= _lastEpoch,
            SamplesChosen => _hasSamples,
            _ => false,
        };
        if (!isKnown)
            _events?.Append(RunEventLine.Write(happened));
        _progress?.Report(happened);
    }

    public void Record(MetricsRow row)
    {
        if (row.Epoch <= _lastEpoch)
            return;
        _rows.Add(row);
        _metrics?.Append(_hasChecksums ? row.ToCheckedCsv(_further) : row.ToCsv(_further));
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: some lines could not be written.</exception>
    public void Flush(RunFolder? run)
    {
        if (run is null)
            return;
        try
        {
            _metrics?.Flush();
            _events?.Flush();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the run's metrics could not be written", run.Path, "the checkpoints saved before are intact",
                new MakeRoom(new ResumeRun(run)));
        }
    }

    public void Dispose()
    {
        _events?.Dispose();
        _metrics?.Dispose();
    }
}
