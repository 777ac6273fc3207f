using System.Text;

namespace Weft.Training;

/// <summary>A line of <c>events.jsonl</c> that is whole but no event.</summary>
/// <param name="Number">1 is the first line.</param>
/// <param name="Offset">The position of its first byte in the file.</param>
internal sealed record DamagedLine(long Number, long Offset, int Length);

/// <summary>
/// Reads a run's events as they are written, by this process or another: each call gives what came since the call before, whole lines only, in order.
/// Never writes, and never keeps the file open.
/// </summary>
internal sealed class RunTail(RunFolder folder)
{
    private const int ReadAtOnce = 1 << 20;
    private const int LongestLine = 64 << 20; // far above any event; what is longer was not written by this program

    private readonly List<DamagedLine> _damage = [];
    private readonly Queue<(string Text, int Length)> _waiting = new();
    private long _offset;
    private long _lookedAt;
    private long _lines;

    /// <summary>Whole lines that are no events; the lines around them were read.</summary>
    public IReadOnlyList<DamagedLine> Damage => _damage;

    /// <summary>At most <paramref name="most"/> events; empty when there is nothing new. Events of types this version does not know are passed over.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: the file is no file of events any more; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public IReadOnlyList<RunEvent> Read(int most = int.MaxValue)
    {
        var events = new List<RunEvent>();
        while (events.Count < most && (_waiting.Count > 0 || Look()))
        {
            var (line, length) = _waiting.Dequeue();
            _lines++;
            if (RunEventLine.Read(line, folder.EventsFile) is { } happened)
                events.Add(happened);
            else if (length > 0 && !RunEventLine.IsOfUnknownType(line))
                _damage.Add(new DamagedLine(_lines, _offset, length));
            _offset += length + 1;
        }

        return events;
    }

    // What follows the last line feed is still being written, or was torn by a crash and will be cut off when the run is resumed.
    private bool Look()
    {
        try
        {
            if (PathKinds.Of(folder.EventsFile) == PathKind.Absent)
                return false;
            using var file = RegularFile.OpenOwn(folder.EventsFile, bufferSize: 0);
            if (file.Length < _lookedAt)
                throw Damaged("the run's events have become fewer", $"at least {_lookedAt} bytes", $"{file.Length} bytes");
            for (var size = (long)ReadAtOnce; ; size *= 2)
            {
                var bytes = new byte[Math.Min(size, file.Length - _lookedAt)];
                file.Position = _lookedAt;
                var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                if (Enqueue(bytes.AsSpan(0, count)))
                    return true;
                if (count < size)
                    return false;
                if (size > LongestLine)
                    throw Damaged("the run's events hold something that is no event",
                        $"lines of less than {LongestLine} bytes", $"more, from byte {_lookedAt} on");
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's events cannot be read", folder.EventsFile);
        }
    }

    private bool Enqueue(ReadOnlySpan<byte> bytes)
    {
        var whole = bytes.LastIndexOf((byte)'\n') + 1;
        for (var from = 0; from < whole;)
        {
            var length = bytes[from..].IndexOf((byte)'\n');
            _waiting.Enqueue((Encoding.UTF8.GetString(bytes.Slice(from, length)), length));
            from += length + 1;
        }

        _lookedAt += whole;
        return whole > 0;
    }

    private WeftException Damaged(string what, string expected, string found) => new(ErrorKind.StoreDamaged, what)
    {
        Where = folder.EventsFile, Expected = expected, Found = found, Safe = "nothing was changed",
    };
}
