using System.Diagnostics;

namespace Weft.Training;

/// <summary>
/// The folder downloaded files end in. A file gets its final name only after it was verified and is on disk; a bad file that stands in its way is
/// kept under the name <c>.damaged</c>. One process at a time.
/// </summary>
internal sealed class CacheFolder : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(20);
    private readonly FileStream _lock;

    /// <summary>Waits until no other process is filling the folder.</summary>
    /// <exception cref="WeftException">The folder cannot be written, or the other process takes too long.</exception>
    public CacheFolder(string path, CancellationToken cancellationToken)
    {
        Path = path;
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception refused) when (DiskFailure.Is(refused))
        {
            throw Unwritable(path, refused);
        }

        var waiting = Stopwatch.StartNew();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // The operating system frees this lock when its holder dies, however it dies.
                _lock = RegularFile.Open(File("download.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
                return;
            }
            catch (IOException busy) when (busy is not NotRegularFileException && waiting.Elapsed < LongestWait && RegularFile.Exists(File("download.lock")))
            {
                cancellationToken.WaitHandle.WaitOne(200);
            }
            catch (Exception refused) when (DiskFailure.Is(refused))
            {
                throw Unwritable(path, refused);
            }
        }
    }

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Where the packed file is collected until it is whole.</summary>
    public string Part(KnownFile file) => File(file.Name + ".gz.part");

    /// <summary>Whether the file is there and sound.</summary>
    public bool Has(KnownDataset known, KnownFile file)
    {
        if (IdxFolder.TryFind(Path, file.Name) is not { } path)
            return false;
        try
        {
            IdxFile.Read(path, known.Expect(file, known.Replacement));
            return true;
        }
        catch (WeftException)
        {
            return false; // it is about to be fetched anew
        }
    }

    /// <summary>Verifies the part, forces it to disk and gives it its final name.</summary>
    /// <exception cref="WeftException">It is not the known file (<see cref="ErrorKind.DatasetDamaged"/>).</exception>
    public void Install(KnownDataset known, KnownFile file)
    {
        var part = Part(file);
        IdxFile.Read(part, known.Expect(file, known.Replacement));
        try
        {
            using (var stream = RegularFile.Open(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                stream.Flush(flushToDisk: true);
            if (IdxFolder.TryFind(Path, file.Name) is { } old && !Has(known, file))
                DiskFiles.Instance.Replace(old, old + DamagedName.Ending);
            DiskFiles.Instance.Replace(part, File(file.Name + ".gz"));
            DiskFiles.Instance.FlushFolder(Path);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unwritable(part, failure);
        }
    }

    /// <summary>Copies <paramref name="source"/> in under the file's final name if it is the known file.</summary>
    /// <exception cref="WeftException">It is not, or it cannot be written; the cache is as it was.</exception>
    public void CopyIn(KnownDataset known, KnownFile file, string source)
    {
        try
        {
            RegularFile.Copy(source, Part(file));
            Install(known, file);
        }
        catch (Exception failure) when (failure is WeftException || DiskFailure.Is(failure))
        {
            System.IO.File.Delete(Part(file));
            throw failure as WeftException ?? Unwritable(Part(file), failure);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static WeftException Unwritable(string path, Exception cause) => DiskFailure.ToError(cause, "the cache folder cannot be written", path,
        "nothing was changed", new Advice("make the folder writable, or set XDG_CACHE_HOME to one that is"));
}
