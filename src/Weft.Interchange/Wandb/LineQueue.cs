namespace Weft.Interchange;

/// <summary>The numbered lines of a file that grows at a server: those it has, and those it has not.</summary>
internal sealed class LineQueue(string file)
{
    private readonly List<string> _waiting = [];

    public string File { get; } = file;

    /// <summary>How many lines the server has.</summary>
    public int Sent { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Characters in the lines that the server has not.</summary>
    public long Waiting { get; private set; }

    public void Add(string line)
    {
        if (Count++ < Sent)
            return;
        _waiting.Add(line);
        Waiting += line.Length;
    }

    /// <summary>The server has the first <paramref name="count"/> lines.</summary>
    public void Acknowledge(int count)
    {
        if (count <= Sent)
            return;
        var gone = Math.Min(count - Sent, _waiting.Count);
        Waiting -= _waiting.Take(gone).Sum(line => (long)line.Length);
        _waiting.RemoveRange(0, gone);
        Sent = count;
    }

    /// <summary>The next lines, at least one if there is any, of about <paramref name="most"/> characters.</summary>
    public IReadOnlyList<string> Next(long most)
    {
        var count = 0;
        for (var size = 0L; count < _waiting.Count && (count == 0 || size + _waiting[count].Length <= most); count++)
            size += _waiting[count].Length;
        return _waiting[..count];
    }
}
