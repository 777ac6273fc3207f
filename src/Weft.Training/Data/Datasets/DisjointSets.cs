namespace Weft.Training;

/// <summary>Numbers that are joined to sets, two at a time.</summary>
internal sealed class DisjointSets(int count)
{
    private readonly int[] _parents = [.. Enumerable.Range(0, count)];

    /// <summary>How many sets there are.</summary>
    public int Count { get; private set; } = count;

    public void Join(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        if (a == b)
            return;
        _parents[Math.Max(a, b)] = Math.Min(a, b);
        Count--;
    }

    /// <summary>The number of each one's set, from 0 in the order of their first members.</summary>
    public int[] Numbers()
    {
        var numbers = new Dictionary<int, int>();
        return [.. Enumerable.Range(0, _parents.Length).Select(i => numbers.TryGetValue(Find(i), out var known) ? known : numbers[Find(i)] = numbers.Count)];
    }

    private int Find(int i)
    {
        while (_parents[i] != i)
            i = _parents[i] = _parents[_parents[i]];
        return i;
    }
}
