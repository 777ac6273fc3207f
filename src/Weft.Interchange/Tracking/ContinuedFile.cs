using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// A file whose bytes follow from the run alone. What is written is compared with what an earlier hand-over left there, and appended only from its end on: a
/// file torn by a crash is completed, and one that says something else is never touched.
/// </summary>
internal sealed class ContinuedFile : Stream
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly long _there;
    private long _position;
    private byte[] _compared = [];

    /// <param name="goOn">Whether the file may be there already.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: it is there and should not be; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be
    /// opened.
    /// </exception>
    public ContinuedFile(string path, bool goOn)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = RegularFile.Open(path, goOn ? FileMode.OpenOrCreate : FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
            _there = _file.Length;
        }
        catch (IOException) when (!goOn && PathKinds.Of(path) != PathKind.Absent)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this run was handed over already")
            {
                Where = path, Safe = "nothing was changed", Next = new Advice("add --continue to hand over what is missing, or --dir DIR for another copy"),
            };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Math.Max(_position, _there);

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: other bytes are there; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the disk refuses.
    /// </exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            var known = (int)Math.Clamp(_there - _position, 0, buffer.Length);
            if (known > 0)
                Compare(buffer[..known]);
            _file.Write(buffer[known..]);
            _position += buffer.Length;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the disk refuses.</exception>
    public override void Flush()
    {
        try
        {
            _file.Flush();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Failed(failure);
        }
    }

    /// <summary>Says that nothing more will come.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.StoreDamaged"/>: there is more in the file than was written now.</exception>
    public void Complete()
    {
        if (_position < _there)
            throw Other($"{_there} bytes");
        Flush();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    private void Compare(ReadOnlySpan<byte> expected)
    {
        if (_compared.Length < expected.Length)
            _compared = new byte[expected.Length];
        var found = _compared.AsSpan(0, expected.Length);
        _file.ReadExactly(found);
        var same = expected.CommonPrefixLength(found);
        if (same < expected.Length)
            throw Other($"another byte at {_position + same}");
    }

    private WeftException Other(string found) => new(ErrorKind.StoreDamaged, "the file there is not the beginning of what this run says")
    {
        Where = _path, Expected = $"the first {_position} bytes and no others", Found = found, Safe = "the file and the run were not changed",
        Next = new Advice("move it away and run the command again, or choose another --dir"),
    };

    private WeftException Failed(Exception failure) => DiskFailure.ToError(
        failure, "the tracking file cannot be written", _path, "the run itself is not touched by this",
        new Advice("make room or choose a folder you may write in with --dir, then run the command with --continue"));
}
