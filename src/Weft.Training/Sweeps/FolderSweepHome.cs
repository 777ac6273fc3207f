using System.Text;

namespace Weft.Training;

/// <summary>A sweep that is kept in its folder, for the processes of one machine.</summary>
internal sealed class FolderSweepHome(SweepFolder folder) : ISweepHome
{
    public string? Address => null;

    public IReadOnlyList<string> Names()
    {
        var parent = Path.GetDirectoryName(folder.Path)!;
        return Directory.Exists(parent)
            ? [.. Directory.EnumerateDirectories(parent).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
    }

    public SweepRecord? Find()
    {
        try
        {
            return RegularFile.Exists(folder.InformationFile)
                ? new SweepRecord(
                    SweepFile.Text(folder.File), Encoding.UTF8.GetString(RegularFile.ReadOwn(folder.InformationFile, SweepInformation.MaximumBytes)))
                : null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"the sweep {folder.Name} cannot be read", folder.Path);
        }
    }

    public SweepRecord Make(SweepRecord record)
    {
        if (Find() is { } there)
            return there;
        try
        {
            Directory.CreateDirectory(folder.Path);
            DurableFile.Write(DiskFiles.Instance, folder.File, Encoding.UTF8.GetBytes(record.File));
            DurableFile.Write(DiskFiles.Instance, folder.InformationFile, Encoding.UTF8.GetBytes(record.Information));
            return record;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the sweep's folder cannot be made", folder.Path, "no trial was begun");
        }
    }

    public string? Repair()
    {
        try
        {
            using var store = Store();
            store.Read();
            return null;
        }
        catch (WeftException damaged) when (damaged.Kind == ErrorKind.StoreDamaged)
        {
            var aside = Enumerable.Range(1, int.MaxValue).Select(number => $"{folder.TrialsFile}.damaged-{number}").First(path => !RegularFile.Exists(path));
            try
            {
                DiskFiles.Instance.Replace(folder.TrialsFile, aside);
                return aside;
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, "the damaged trials cannot be moved", folder.TrialsFile, "nothing was changed");
            }
        }
    }

    public ISweepStore Store() => new FolderSweepStore(folder);

    public void Dispose()
    {
        // what is open belongs to the store
    }
}
