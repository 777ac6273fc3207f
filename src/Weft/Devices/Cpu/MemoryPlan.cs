namespace Weft.Devices.Cpu;

/// <summary>Offsets in one memory for pieces that are alive over known spans: pieces overlap only if their spans do not.</summary>
internal sealed class MemoryPlan
{
    private readonly List<(int First, int Last, long Offset, long Length)> _pieces = [];

    /// <summary>The length all pieces need together.</summary>
    public long Length { get; private set; }

    /// <summary>The lowest free offset for a piece alive from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public long Place(int first, int last, long length)
    {
        long offset = 0;
        foreach (var piece in _pieces.Where(p => p.First <= last && first <= p.Last).OrderBy(p => p.Offset))
        {
            if (offset + length <= piece.Offset)
                break;
            offset = Math.Max(offset, piece.Offset + piece.Length);
        }

        _pieces.Add((first, last, offset, length));
        Length = Math.Max(Length, offset + length);
        return offset;
    }
}
