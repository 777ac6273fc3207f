using Weft.Training;

namespace Weft.App;

/// <summary>The histories of the runs that were looked at last. Each is read from its beginning once and then only grows.</summary>
internal sealed class HistoryCache
{
    private const int Kept = 24;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, DateTimeOffset Started), Slot> _slots = [];
    private long _uses;

    /// <summary>Gives <paramref name="use"/> the history, up to date, while nobody else has it.</summary>
    /// <exception cref="WeftException">Exit 32, 33 or 41: the run's events cannot be read.</exception>
    public T With<T>(RunFolder folder, RunInformation information, Func<RunHistory, T> use)
    {
        Slot slot;
        var key = (folder.Path, information.Started); // a run that took the name of another has a history of its own
        lock (_gate)
        {
            if (!_slots.TryGetValue(key, out slot!))
                _slots.Add(key, slot = new Slot());
            slot.LastUse = ++_uses;
            if (_slots.Count > Kept)
                _slots.Remove(_slots.MinBy(pair => pair.Value.LastUse).Key);
        }

        lock (slot)
        {
            slot.History ??= new RunHistory(folder);
            try
            {
                slot.History.CatchUp();
            }
            catch (WeftException)
            {
                slot.History = null; // what was read of a file that was replaced is worth nothing
                throw;
            }
            return use(slot.History);
        }
    }

    private sealed class Slot
    {
        public RunHistory? History { get; set; }

        public long LastUse { get; set; }
    }
}
