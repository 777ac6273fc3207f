using System.Collections.Frozen;
using Weft.Training;

namespace Weft.App;

/// <summary>A sweep of the catalog.</summary>
/// <param name="Shown">Null where it cannot be read.</param>
/// <param name="Word">What is wrong with its files; empty where nothing is.</param>
/// <param name="Revision">Another number whenever anything of the sweep is different.</param>
public sealed record SweepCard(string Name, ShownSweep? Shown, string Word, long Revision);

/// <summary>
/// The sweeps of a folder, brought up to date by reading only what has changed since; it never writes. Requests name sweeps by a key of <see cref="Sweeps"/>,
/// so no text from a request ever becomes a path.
/// </summary>
/// <param name="folder">Null: there are none.</param>
internal sealed class SweepCatalog(string? folder, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _refreshed;
    private long _revision;

    /// <summary>By name, as of the last <see cref="Refresh"/>.</summary>
    public FrozenDictionary<string, SweepCard> Sweeps { get; private set; } = FrozenDictionary<string, SweepCard>.Empty;

    /// <summary>Looks at the folder again unless that was done a moment ago.</summary>
    /// <exception cref="WeftException">Exit 41: the folder cannot be read.</exception>
    public void Refresh()
    {
        lock (_gate)
        {
            if (folder is null || (_refreshed != 0 && clock.GetElapsedTime(_refreshed) < FreshFor))
                return;
            try
            {
                Look(Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder)] : []);
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, "the folder of the sweeps cannot be read", folder);
            }

            _refreshed = clock.GetTimestamp();
        }
    }

    private void Look(List<string> paths)
    {
        var found = paths.Select(path => new SweepFolder(path)).Where(one => !one.Name.StartsWith('.') && RegularFile.Exists(one.InformationFile)).ToList();
        var changed = false;
        foreach (var one in found)
        {
            if (!_entries.TryGetValue(one.Name, out var entry))
                _entries.Add(one.Name, entry = new Entry(one));
            changed |= entry.Look(() => ++_revision);
        }

        foreach (var gone in _entries.Keys.Except(found.Select(one => one.Name)).ToList())
        {
            _entries.Remove(gone, out var entry);
            entry!.Dispose();
            changed = true;
        }

        if (changed)
            Sweeps = _entries.ToFrozenDictionary(entry => entry.Key, entry => entry.Value.Card!, StringComparer.Ordinal);
    }

    private sealed class Entry(SweepFolder folder) : IDisposable
    {
        private Sweep? _sweep;
        private (long, DateTime) _information;
        private (long, DateTime, long, DateTime) _rows;

        public SweepCard? Card { get; private set; }

        /// <summary>Reads what has changed; whether anything has.</summary>
        public bool Look(Func<long> next)
        {
            var information = Stamp(folder.InformationFile);
            var (trials, finals) = (Stamp(folder.TrialsFile), Stamp(folder.FinalsFile));
            var rows = (trials.Length, trials.Written, finals.Length, finals.Written);
            if (Card is not null && information == _information && rows == _rows)
                return false;
            if (information != _information || trials.Length < _rows.Item1)
                Dispose(); // another sweep took the name
            (_information, _rows) = (information, rows);
            try
            {
                _sweep ??= Sweep.Open(folder);
                Card = new SweepCard(folder.Name, new ShownSweep(_sweep), "", next());
            }
            catch (WeftException unreadable)
            {
                Dispose();
                Card = new SweepCard(folder.Name, null, unreadable.What, next());
            }

            return true;
        }

        public void Dispose()
        {
            _sweep?.Dispose();
            _sweep = null;
        }

        private static (long Length, DateTime Written) Stamp(string path) =>
            new FileInfo(path) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }
}
