using Weft.Interchange.WandbWire;

namespace Weft.Interchange;

/// <summary>Where the records of a run go: a file for <c>wandb sync</c>, or a server.</summary>
internal interface IWandbSink : IDisposable
{
    string Where { get; }

    /// <summary>A process took up the run; what follows belongs to it.</summary>
    void Begin(SessionBegan session);

    void Write(Record record);

    /// <summary>A file of the run, that a <see cref="Files"/> record names.</summary>
    /// <param name="path">Below <c>files/</c>, with forward slashes.</param>
    void AddFile(string path, byte[] content);

    /// <summary>
    /// Where <see cref="AddFile"/> puts a file of the session, as the record of an artifact has to tell it; null where artifacts are not sent.
    /// </summary>
    string? LocalPath(string path);

    /// <summary>The process is gone.</summary>
    void End(SessionEnded session);

    void HandOver(bool all, CancellationToken cancellationToken);
}
