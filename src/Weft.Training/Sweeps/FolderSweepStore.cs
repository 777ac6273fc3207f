using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>
/// The rows of a sweep in a file that only grows, for any number of processes of one machine. Who writes holds a lock for that moment; who works on a trial
/// holds another, which the operating system drops when the process ends, however it ends: so nobody has to say that he is alive, and a worker that was
/// stopped for a while is never robbed.
/// </summary>
internal sealed class FolderSweepStore(SweepFolder folder, TimeProvider? clock = null) : ISweepStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private const int LongestPause = 20;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Dictionary<int, FileStream> _claims = [];
    private readonly SweepLog _log = new();
    private readonly Lock _gate = new();
    private long _read;
    private bool _isDisposed;

    public SweepRows Read()
    {
        lock (_gate)
        {
            CatchUp();
            return _log.Rows;
        }
    }

    public void Propose(int number, IReadOnlyList<string> settings) => Write(append =>
    {
        if (number > _log.Trials.Count)
            throw new ArgumentOutOfRangeException(nameof(number), number, "Trials are proposed one after the other.");
        if (number == _log.Trials.Count)
            append(new TrialProposed(number, settings));
        else if (!_log.Trials[number].Settings.SequenceEqual(settings))
            throw SweepErrors.OtherSettings(number, _log.Trials[number].Settings, settings, folder.TrialsFile);
    });

    public TrialClaim? Claim(string worker)
    {
        TrialClaim? claim = null;
        Write(append =>
        {
            foreach (var trial in _log.Trials.Where(trial => !trial.IsOver && !_claims.ContainsKey(trial.Number)).ToList())
            {
                if (TryHold(trial.Number) is not { } held)
                    continue;
                append(new TrialClaimed(trial.Number, trial.Attempt + 1, worker));
                _claims.Add(trial.Number, held);
                var row = _log.Trials[trial.Number];
                claim = new TrialClaim(row.Number, row.Settings, row.Attempt, row.Tries, row.Reports);
                return;
            }
        });
        return claim;
    }

    public void Report(TrialClaim claim, TrialReport report)
    {
        WeftException? disputed = null;
        Write(append =>
        {
            var trial = Mine(claim);
            if (trial.Reports.FirstOrDefault(before => before.Epoch == report.Epoch) is { Epoch: > 0 } before)
            {
                if (before.HasSameBits(report))
                    return;
                append(new SweepChanged(null, Stopped: true));
                disputed = SweepErrors.OtherBits(trial, before, report, folder.TrialsFile);
                return;
            }

            append(new TrialReported(claim.Number, claim.Attempt, report.Epoch, report.Value, report.Loss, report.Accuracy, report.IsBest));
        });
        if (disputed is not null)
            throw disputed;
    }

    public void End(TrialClaim claim, TrialState state, string? reason)
    {
        Write(append =>
        {
            Mine(claim);
            append(new TrialEnded(claim.Number, claim.Attempt, state, reason));
        });
        LetGo(claim);
    }

    public void Release(TrialClaim claim, string? reason)
    {
        Write(append =>
        {
            if (_log.Trials[claim.Number] is { IsOver: false } trial && trial.Attempt == claim.Attempt)
                append(new TrialReleased(claim.Number, claim.Attempt, reason));
        });
        LetGo(claim);
    }

    public void Change(int? cap = null, bool? isStopped = null) => Write(append =>
    {
        if ((cap ?? _log.Rows.Cap) != _log.Rows.Cap || (isStopped ?? _log.Rows.IsStopped) != _log.Rows.IsStopped)
            append(new SweepChanged(cap, isStopped));
    });

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var held in _claims.Values)
                held.Dispose();
            _claims.Clear();
            _isDisposed = true;
        }
    }

    private TrialRow Mine(TrialClaim claim) => _log.Trials[claim.Number] is { IsOver: false } trial && trial.Attempt == claim.Attempt
        ? trial
        : throw SweepErrors.Superseded(_log.Trials[claim.Number]);

    private void LetGo(TrialClaim claim)
    {
        lock (_gate)
        {
            if (_claims.Remove(claim.Number, out var held))
                held.Dispose();
        }
    }

    private FileStream? TryHold(int trial)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.ClaimFile(trial))!);
        return TryLock(folder.ClaimFile(trial));
    }

    // Null: another process, or another store of this one, holds it.
    private static FileStream? TryLock(string path)
    {
        try
        {
            return RegularFile.OpenOwn(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (RegularFile.Exists(path))
        {
            return null;
        }
    }

    // Runs with the lock held and all lines read; what is appended is on the device when it returns, all of it or, after a crash, whole lines of it.
    private void Write(Action<Action<SweepEvent>> change)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                using var held = TakeLock();
                CatchUp();
                using var file = new AppendOnlyFile(folder.TrialsFile); // cuts off what a crash tore
                change(happened =>
                {
                    var line = LineChecksum.Seal(JsonSerializer.Serialize(happened with { Time = _clock.GetUtcNow() }, SweepEventJson.Default.SweepEvent));
                    file.Append(line);
                    file.Flush();
                    CatchUp();
                });
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, "the sweep's trials cannot be written", folder.TrialsFile, "what was written before is intact");
            }
        }
    }

    private FileStream TakeLock()
    {
        var begun = _clock.GetTimestamp();
        for (var pause = 1; ; pause = Math.Min(LongestPause, pause * 2))
        {
            if (TryLock(folder.LockFile) is { } held)
                return held;
            if (_clock.GetElapsedTime(begun) > Patience)
            {
                throw new WeftException(ErrorKind.StoreBusy, "another process keeps the sweep's trials locked")
                {
                    Where = folder.LockFile, Expected = "a lock that is held for a moment", Safe = "what was written before is intact",
                    Next = new Advice("look for a process that was stopped while it wrote, and let it go on or end it"),
                };
            }

            Thread.Sleep(pause);
        }
    }

    // Whole lines only: what follows the last line feed is being written, or was torn and will be cut off by who writes next.
    private void CatchUp()
    {
        try
        {
            if (PathKinds.Of(folder.TrialsFile) == PathKind.Absent)
                return;
            using var file = RegularFile.OpenOwn(folder.TrialsFile);
            if (file.Length < _read)
                throw Damaged($"at least {_read} bytes", $"{file.Length} bytes");
            var bytes = new byte[file.Length - _read];
            file.Position = _read;
            var text = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            while (text.IndexOf((byte)'\n') is >= 0 and var length)
            {
                Add(Encoding.UTF8.GetString(text[..length]));
                _read += length + 1;
                text = text[(length + 1)..];
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the sweep's trials cannot be read", folder.TrialsFile);
        }
    }

    private void Add(string line)
    {
        if (SweepEventLine.Read(line, folder.TrialsFile) is not { } happened || !_log.Add(happened))
            throw Damaged("a line that follows from those before it", $"the line at byte {_read}");
    }

    private WeftException Damaged(string expected, string found) => new(ErrorKind.StoreDamaged, "the sweep's trials are damaged")
    {
        Where = folder.TrialsFile, Expected = expected, Found = found, Safe = "the runs of the trials are intact",
        Next = new Advice($"make the rows anew from the runs: weft sweep rebuild {folder.Name}"),
    };
}
