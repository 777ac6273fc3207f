using System.Text;

namespace Weft.Training;

/// <summary>
/// A text file that only grows by whole lines. What the disk refuses is kept and tried again with the next line, and a line that was
/// written in part is taken back first, so the file never holds half a line except after a crash.
/// </summary>
internal sealed class AppendOnlyFile : IDisposable
{
    private readonly FileStream _file;
    private readonly StringBuilder _pending = new();
    private long _length;

    /// <summary>Opens or creates; a torn last line (no line feed) is cut off.</summary>
    public AppendOnlyFile(string path)
    {
        _file = RegularFile.OpenOwn(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _length = LengthOfWholeLines();
        if (_length != _file.Length)
            _file.SetLength(_length);
    }

    /// <summary>What the disk said last, or null once everything is written.</summary>
    public Exception? Failure { get; private set; }

    public bool IsEmpty => _length == 0 && _pending.Length == 0;

    public void Append(string line)
    {
        _pending.Append(line).Append('\n');
        Drain();
    }

    /// <summary>Hands everything to the device.</summary>
    /// <exception cref="IOException">Some lines are still not written.</exception>
    public void Flush()
    {
        if (_pending.Length > 0)
            Drain();
        if (Failure is not null)
            throw Failure;
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private void Drain()
    {
        var bytes = Encoding.UTF8.GetBytes(_pending.ToString());
        try
        {
            if (_file.Length != _length)
                _length = LengthOfWholeLines(); // somebody else cut it or wrote into it: go on after what is there
            _file.Position = _length;
            _file.Write(bytes);
            _length += bytes.Length;
            _pending.Clear();
            Failure = null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            Failure = failure;
            _file.SetLength(_length);
        }
    }

    private long LengthOfWholeLines()
    {
        var window = new byte[4096];
        for (var end = _file.Length; end > 0;)
        {
            var start = Math.Max(0, end - window.Length);
            _file.Position = start;
            _file.ReadExactly(window.AsSpan(0, (int)(end - start)));
            var at = window.AsSpan(0, (int)(end - start)).LastIndexOf((byte)'\n');
            if (at >= 0)
                return start + at + 1;
            end = start;
        }

        return 0;
    }
}
