using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>A file that is written piece by piece under a name of its own and takes the place of another when it is whole.</summary>
internal sealed class PendingFile : IDisposable
{
    private const int BufferSize = 1 << 16;

    private readonly string? _temporary;
    private readonly string _target;

    /// <param name="temporary">Where it is until it is kept; null where the stream is that of a device.</param>
    public PendingFile(FileStream stream, string? temporary, string target) => (Stream, _temporary, _target) = (stream, temporary, target);

    public FileStream Stream { get; }

    /// <summary>The name is drawn, so that two processes may make the same file: the one that ends last is kept.</summary>
    public static PendingFile Create(string target)
    {
        var temporary = Path.Combine(
            Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp");
        return new PendingFile(new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferSize), temporary, target);
    }

    /// <summary>Flushes it to the device and gives it its name; returns when that is durable too.</summary>
    /// <exception cref="IOException">A step failed; what was there is untouched.</exception>
    public void Keep()
    {
        if (_temporary is null)
        {
            Stream.Dispose();
            return;
        }

        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        DiskFiles.Instance.Replace(_temporary, _target);
        DiskFiles.Instance.FlushFolder(Path.GetDirectoryName(_target)!);
    }

    /// <summary>Takes it away if it was not kept.</summary>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
            if (_temporary is not null)
                File.Delete(_temporary);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            // the failure to write is the one to tell
        }
    }
}
