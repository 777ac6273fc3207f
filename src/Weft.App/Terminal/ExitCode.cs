using Weft.Training;

namespace Weft.App;

/// <summary>How a command ended. The numbers are part of the command line's contract: append only.</summary>
internal enum ExitCode
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

/// <summary>The one place that turns an error into an exit code.</summary>
internal static class ExitCodes
{
#pragma warning disable CS8524 // A kind without a code stops the build (CS8509); a number that is no kind may stop the program.
    public static ExitCode For(ErrorKind kind) => kind switch
    {
        ErrorKind.Bug => ExitCode.Bug,
        ErrorKind.InvalidInput => ExitCode.Usage,
        ErrorKind.DatasetMissing => ExitCode.DatasetMissing,
        ErrorKind.DatasetDamaged => ExitCode.DatasetDamaged,
        ErrorKind.DownloadFailed => ExitCode.DownloadFailed,
        ErrorKind.DatasetMismatch => ExitCode.FingerprintMismatch,
        ErrorKind.Diverged => ExitCode.Diverged,
        ErrorKind.NoValidCheckpoint => ExitCode.NoValidCheckpoint,
        ErrorKind.CheckpointMismatch => ExitCode.CheckpointMismatch,
        ErrorKind.RunBusy => ExitCode.RunBusy,
        ErrorKind.StoreBusy => ExitCode.StoreBusy,
        ErrorKind.StoreDamaged => ExitCode.StoreDamaged,
        ErrorKind.NewerFormat => ExitCode.NewerFormat,
        ErrorKind.DiskFull => ExitCode.DiskFull,
        ErrorKind.IoError => ExitCode.IoError,
        ErrorKind.OutOfMemory => ExitCode.OutOfMemory,
        ErrorKind.PortInUse => ExitCode.PortInUse,
        ErrorKind.UnsafeBind => ExitCode.UnsafeBind,
        ErrorKind.Superseded => ExitCode.Superseded,
        ErrorKind.PeerLost => ExitCode.PeerLost,
    };
#pragma warning restore CS8524

    /// <summary>The name printed beside the number: <c>dataset-damaged</c> for <see cref="ExitCode.DatasetDamaged"/>.</summary>
    public static string Name(this ExitCode code) =>
        string.Concat(code.ToString().Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(letter) : letter.ToString()));
}
