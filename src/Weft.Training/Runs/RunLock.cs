using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>
/// Ownership of a run's folder: only its holder writes there. The operating system keeps the lock and drops it when the process ends, however it ends,
/// so a dead owner blocks nobody and a stopped one is never robbed.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private const int Attempts = 10;

    private readonly (uint, uint, ulong)? _identity;
    private FileStream _lock;

    private RunLock(RunFolder folder, FileStream file)
    {
        Folder = folder;
        _lock = file;
        _identity = PathKinds.IdentityOf(folder.Path);
    }

    public RunFolder Folder { get; private set; }

    /// <summary>Takes over a run that exists.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.RunBusy"/>: another process owns it (named by its id); <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the
    /// lock cannot be written.
    /// </exception>
    public static RunLock Take(RunFolder folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            FileStream file;
            try
            {
                file = RegularFile.OpenOwn(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (RegularFile.Exists(folder.LockFile) && IsHeld(folder))
            {
                throw Busy(folder);
            }
            catch (IOException) when (attempt < Attempts && RegularFile.Exists(folder.LockFile))
            {
                Thread.Sleep(attempt); // who only looks whether the run is held holds it for a moment: studio, weft runs
                continue;
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, $"the run {folder.Name} cannot be written", folder.Path, "nothing was changed");
            }

            return Owned(folder, file);
        }
    }

    /// <summary>Whether some process owns the run at this moment.</summary>
    public static bool IsHeld(RunFolder folder)
    {
        try
        {
            using var probe = RegularFile.OpenOwn(folder.LockFile, share: FileShare.ReadWrite);
            return false;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or NotRegularFileException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The process that owned the run last, or null.</summary>
    public static int? OwnerProcessId(RunFolder folder)
    {
        try
        {
            var text = Encoding.ASCII.GetString(RegularFile.ReadOwn(folder.OwnerFile, limit: 64)).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            return null;
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Removes a folder this process made a moment ago and could not fill.</summary>
    internal void Discard()
    {
        Dispose(); // Windows deletes no open file
        Directory.Delete(Folder.Path, recursive: true);
    }

    /// <summary>Makes a folder that nobody knows yet and owns it.</summary>
    internal static RunLock Begin(RunFolder folder)
    {
        Directory.CreateDirectory(folder.Path);
        return Owned(folder, RegularFile.OpenOwn(folder.LockFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>Whether a run can have this folder: nothing is there, or a folder with nothing in it.</summary>
    internal static bool IsFree(RunFolder folder) => PathKinds.Of(folder.Path) switch
    {
        PathKind.Absent => true,
        PathKind.Folder => !Directory.EnumerateFileSystemEntries(folder.Path).Any(),
        _ => false,
    };

    /// <summary>Gives the folder another path, with everything in it, in one step; false when something is there already.</summary>
    internal bool TryMoveTo(RunFolder target)
    {
        if (!IsFree(target))
            return false;
        if (OperatingSystem.IsWindows())
            _lock.Dispose(); // it moves no folder with an open file
        try
        {
            if (PathKinds.Of(target.Path) == PathKind.Folder)
                Directory.Delete(target.Path); // as the next line, it fails where another process has put something there in between
            Directory.Move(Folder.Path, target.Path);
        }
        catch (IOException) when (PathKinds.Of(target.Path) != PathKind.Absent)
        {
            return false;
        }

        Folder = target;
        if (OperatingSystem.IsWindows())
            _lock = RegularFile.OpenOwn(target.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        DiskFiles.Instance.FlushFolder(Path.GetDirectoryName(target.Path)!);
        return true;
    }

    /// <summary>
    /// The folder <paramref name="names"/> within the run's, made where it is missing; neither it nor the run's folder may have been replaced by a link or by
    /// another folder.
    /// </summary>
    /// <exception cref="IOException">What stands there is not the run's.</exception>
    internal string SubFolder(params ReadOnlySpan<string> names)
    {
        if (PathKinds.IdentityOf(Folder.Path) != _identity)
            throw new IOException($"{Folder.Path} was replaced by another folder or a link while this process owned the run");
        var path = Folder.Path;
        foreach (var name in names)
        {
            path = Path.Combine(path, name);
            if (PathKinds.Of(path) is not (PathKind.Folder or PathKind.Absent) and var found)
                throw new NotRegularFileException(path, found == PathKind.Link ? "a link" : "no folder");
            Directory.CreateDirectory(path);
        }

        return path;
    }

    private static RunLock Owned(RunFolder folder, FileStream file)
    {
        var taken = new RunLock(folder, file);
        try
        {
            DurableFile.Write(
                DiskFiles.Instance, folder.OwnerFile, Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return taken;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            taken.Dispose();
            throw DiskFailure.ToError(failure, $"the run {folder.Name} cannot be written", folder.Path, "nothing was changed");
        }
    }

    internal static WeftException Busy(RunFolder folder)
    {
        var owner = OwnerProcessId(folder);
        return new WeftException(ErrorKind.RunBusy, $"the run {folder.Name} is being trained by {(owner is null ? "another process" : $"process {owner}")}")
        {
            Where = folder.Path,
            Safe = "nothing was changed",
            Next = new WatchRun(folder),
        };
    }
}
