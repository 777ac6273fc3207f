namespace Weft.Training;

/// <summary>How a command ended. The numbers are part of the command line's contract: append only.</summary>
public enum ExitCode
{
    Done = 0,
    Bug = 1,
    Usage = 2,
    DatasetMissing = 10,
    DatasetDamaged = 11,
    DownloadFailed = 12,
    FingerprintMismatch = 13,
    Diverged = 20,
    NoValidCheckpoint = 22,
    CheckpointMismatch = 23,
    RunBusy = 30,
    StoreBusy = 31,
    StoreDamaged = 32,
    NewerFormat = 33,
    DiskFull = 40,
    IoError = 41,
    OutOfMemory = 42,
    PortInUse = 50,
    UnsafeBind = 51,
    SweepPartial = 60,
    PeerLost = 61,
    Superseded = 62,
    Hangup = 129,
    Interrupted = 130,
    Terminated = 143,
}

public static class ExitCodeNames
{
    /// <summary>The name printed beside the number: <c>dataset-damaged</c> for <see cref="ExitCode.DatasetDamaged"/>.</summary>
    public static string Name(this ExitCode code) =>
        string.Concat(code.ToString().Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(letter) : letter.ToString()));
}
