namespace Weft.Training.Tests;

/// <summary>The disk's operations, one of which goes wrong: the one with number <paramref name="failing"/> (0 is the first), once or from then on.</summary>
internal sealed class FaultyFiles(long failing, Exception fault, bool forever = false) : IFiles
{
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    private long _operations = -1;

    public static IOException NoSpaceLeft => new("No space left on device", NoSpace);

    public static IOException DeviceError => new("Input/output error", InputOutput);

    /// <summary>Operations so far.</summary>
    public long Count => _operations + 1;

    /// <summary>How many bytes of a failing write still reach the file.</summary>
    public int TornBytes { get; init; }

    public Stream CreateNew(string path)
    {
        Check();
        return new FaultyStream(DiskFiles.Instance.CreateNew(path), this);
    }

    public void Flush(Stream file)
    {
        Check();
        DiskFiles.Instance.Flush(((FaultyStream)file).Inner);
    }

    public byte[] ReadAll(string path)
    {
        Check();
        return DiskFiles.Instance.ReadAll(path);
    }

    public Stream OpenRead(string path)
    {
        Check();
        return DiskFiles.Instance.OpenRead(path);
    }

    public void Replace(string from, string to)
    {
        Check();
        DiskFiles.Instance.Replace(from, to);
    }

    public void FlushFolder(string folder)
    {
        Check();
        DiskFiles.Instance.FlushFolder(folder);
    }

    public void Delete(string path)
    {
        Check();
        DiskFiles.Instance.Delete(path);
    }

    public bool Exists(string path) => DiskFiles.Instance.Exists(path);

    private bool Fails() => ++_operations == failing || (forever && _operations > failing);

    private void Check()
    {
        if (Fails())
            throw fault;
    }

    private sealed class FaultyStream(Stream inner, FaultyFiles files) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!files.Fails())
            {
                inner.Write(buffer);
                return;
            }

            inner.Write(buffer[..Math.Min(files.TornBytes, buffer.Length)]);
            inner.Flush();
            throw files.Fault;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
        }
    }

    private Exception Fault => fault;
}

/// <summary>Ends a training where a kill would: not an error any code of ours handles.</summary>
internal sealed class Killed : Exception;
