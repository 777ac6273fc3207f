using System.Collections.Frozen;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// The index of all runs in a folder. It is made from the run folders alone, kept in memory, and brought up to date by reading only what has changed since; it
/// never writes. Requests name runs by a key of <see cref="Runs"/>, so no text from a request ever becomes a path.
/// </summary>
internal sealed class RunCatalog(string folder, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private Dictionary<string, CatalogEntry> _entries = new(StringComparer.Ordinal);
    private long _refreshed;

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>All runs by their folder's name, as of the last <see cref="Refresh"/>.</summary>
    public FrozenDictionary<string, RunCard> Runs { get; private set; } = FrozenDictionary<string, RunCard>.Empty;

    /// <summary>Looks at the folder again unless that was done a moment ago.</summary>
    /// <exception cref="WeftException">Exit 41: the folder cannot be read.</exception>
    public void Refresh() => LookUnlessDoneWithin(FreshFor);

    /// <summary>The run of that name; looks again before it says that there is none, for one that began a moment ago.</summary>
    /// <exception cref="WeftException">Exit 41: the folder cannot be read.</exception>
    public RunCard? Find(string name)
    {
        if (!Runs.ContainsKey(name))
            LookUnlessDoneWithin(TimeSpan.Zero);
        return Runs.GetValueOrDefault(name);
    }

    /// <summary>Where the run lies; the name is one of <see cref="Runs"/>.</summary>
    public RunFolder? FolderOf(string name)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(name)?.Folder;
    }

    private void LookUnlessDoneWithin(TimeSpan time)
    {
        lock (_gate)
        {
            if (_refreshed != 0 && clock.GetElapsedTime(_refreshed) < time)
                return;
            try
            {
                Look();
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, "the folder of the runs cannot be read", Folder);
            }
            _refreshed = clock.GetTimestamp();
        }
    }

    private void Look()
    {
        var before = _entries;
        var found = new RunStore(Folder).Folders().Select(run => before.GetValueOrDefault(run.Name) ?? new CatalogEntry(run)).ToList();
        var changed = 0;
        Parallel.ForEach(found, entry =>
        {
            if (entry.Look())
                Interlocked.Increment(ref changed);
        });
        var runs = found.Where(entry => entry.Card is not null).ToList();
        if (changed == 0 && runs.Count == before.Count && runs.All(entry => before.ContainsKey(entry.Folder.Name)))
            return;
        _entries = runs.ToDictionary(entry => entry.Folder.Name, StringComparer.Ordinal);
        Runs = runs.ToFrozenDictionary(entry => entry.Folder.Name, entry => entry.Card!, StringComparer.Ordinal);
    }
}
