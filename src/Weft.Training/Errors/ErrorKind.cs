namespace Weft.Training;

/// <summary>What an error means to who handles it; the texts of a <see cref="WeftException"/> are for people.</summary>
public enum ErrorKind
{
    /// <summary>A mistake in this library, not in what it was given.</summary>
    Bug,

    /// <summary>A configuration, an option, a name or a file of the caller's cannot be what it is.</summary>
    InvalidInput,

    DatasetMissing,

    DatasetDamaged,

    DownloadFailed,

    /// <summary>The data differ from those that the run was trained on.</summary>
    DatasetMismatch,

    /// <summary>The network computes NaN or an infinity.</summary>
    Diverged,

    NoValidCheckpoint,

    /// <summary>The checkpoint does not fit the network, or the run's configuration.</summary>
    CheckpointMismatch,

    /// <summary>Another process has the run.</summary>
    RunBusy,

    /// <summary>Another process has a file that runs share.</summary>
    StoreBusy,

    /// <summary>The records of a run cannot be read.</summary>
    StoreDamaged,

    /// <summary>A file was written by a newer version.</summary>
    NewerFormat,

    DiskFull,

    /// <summary>A file, a folder, a device or a server cannot be read or written.</summary>
    IoError,

    OutOfMemory,

    PortInUse,

    /// <summary>An address that others can reach, where nobody is asked for a password.</summary>
    UnsafeBind,

    /// <summary>Another worker has taken over what this one worked on.</summary>
    Superseded,

    /// <summary>Another process of those that train one network together is gone.</summary>
    PeerLost,
}
