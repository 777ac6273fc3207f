using System.Globalization;

namespace Weft.Training;

/// <summary>
/// Ownership of a run's folder: only its holder writes there. The operating system keeps the lock and drops it when the process ends, however it ends,
/// so a dead owner blocks nobody and a stopped one is never robbed.
/// </summary>
public sealed class RunLock : IDisposable
{
    private const int Attempts = 10;

    private readonly FileStream _lock;

    private RunLock(RunFolder folder, FileStream file)
    {
        Folder = folder;
        _lock = file;
    }

    public RunFolder Folder { get; }

    /// <summary>Takes over a run that exists.</summary>
    /// <exception cref="WeftException">Exit 30: another process owns it (named by its id); 40 or 41: the lock cannot be written.</exception>
    public static RunLock Take(RunFolder folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            FileStream file;
            try
            {
                file = new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(folder.LockFile) && IsHeld(folder))
            {
                throw Busy(folder);
            }
            catch (IOException) when (attempt < Attempts && File.Exists(folder.LockFile))
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
            using var probe = new FileStream(folder.LockFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The process that owned the run last, or null.</summary>
    public static int? OwnerProcessId(RunFolder folder)
    {
        try
        {
            using var file = new FileStream(folder.OwnerFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return int.TryParse(reader.ReadToEnd().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
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

    /// <summary>Makes a run's folder and owns it; null when the name is taken.</summary>
    internal static RunLock? Create(RunFolder folder)
    {
        if (Directory.Exists(folder.Path) || File.Exists(folder.Path))
            return null;
        Directory.CreateDirectory(folder.Path);
        try
        {
            // Several processes may have come this far; the one that makes this file has the run.
            return Owned(folder, new FileStream(folder.LockFile, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(folder.LockFile))
        {
            return null;
        }
    }

    private static RunLock Owned(RunFolder folder, FileStream file)
    {
        var taken = new RunLock(folder, file);
        try
        {
            DurableFile.Write(DiskFiles.Instance, folder.OwnerFile, System.Text.Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return taken;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            taken.Dispose();
            throw DiskFailure.ToError(failure, $"the run {folder.Name} cannot be written", folder.Path, "nothing was changed");
        }
    }

    private static WeftException Busy(RunFolder folder)
    {
        var owner = OwnerProcessId(folder);
        return new WeftException(ExitCode.RunBusy, $"the run {folder.Name} is being trained by {(owner is null ? "another process" : $"process {owner}")}")
        {
            Where = folder.Path,
            Safe = "nothing was changed",
            Do = $"weft runs watch {RunReference.For(folder)}",
        };
    }
}
