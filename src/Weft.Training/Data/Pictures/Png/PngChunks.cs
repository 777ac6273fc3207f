using System.Buffers.Binary;
using System.IO.Hashing;

namespace Weft.Training;

/// <summary>The chunks of a PNG file, one after the other; the checksum of each is compared when it was read.</summary>
internal sealed class PngChunks(Stream file)
{
    public const uint Header = 0x49484452;           // IHDR
    public const uint Palette = 0x504C5445;          // PLTE
    public const uint Transparency = 0x74524E53;     // tRNS
    public const uint Data = 0x49444154;             // IDAT
    public const uint Orientation = 0x65584966;      // eXIf
    public const uint AnimationControl = 0x6163544C; // acTL
    public const uint End = 0x49454E44;              // IEND

    private const uint AncillaryBit = 0x20000000; // the first letter is a small one: the chunk can be passed over

    private readonly Crc32 _crc = new();
    private long _left;

    /// <summary>The four letters of the current chunk as a number; 0 before the first.</summary>
    public uint Type { get; private set; }

    public bool IsCritical => (Type & AncillaryBit) == 0;

    /// <summary>Goes to the next chunk.</summary>
    /// <exception cref="InvalidDataException">The file ends, or the checksum of the chunk before is wrong.</exception>
    public void Next()
    {
        Finish();
        Span<byte> start = stackalloc byte[8];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
            throw EndsEarly();
        (_left, Type) = (BinaryPrimitives.ReadUInt32BigEndian(start), BinaryPrimitives.ReadUInt32BigEndian(start[4..]));
        if (_left > file.Length - file.Position - 4)
            throw EndsEarly();
        _crc.Reset();
        _crc.Append(start[4..]);
    }

    /// <summary>Reads what is left of the current chunk and compares its checksum.</summary>
    public void Finish()
    {
        if (Type == 0)
            return;
        Span<byte> scratch = stackalloc byte[4096];
        while (_left > 0)
            Read(scratch);
        var written = scratch[..4];
        if (file.ReadAtLeast(written, 4, throwOnEndOfStream: false) < 4)
            throw EndsEarly();
        if (_crc.GetCurrentHashAsUInt32() != BinaryPrimitives.ReadUInt32BigEndian(written))
            throw new InvalidDataException("a checksum in the file is wrong");
    }

    /// <summary>Bytes of the current chunk; 0 at its end.</summary>
    public int Read(Span<byte> target)
    {
        if (_left == 0 || target.IsEmpty)
            return 0;
        var read = file.Read(target[..(int)Math.Min(target.Length, _left)]);
        if (read == 0)
            throw EndsEarly();
        _crc.Append(target[..read]);
        _left -= read;
        return read;
    }

    /// <summary>The first bytes of what is left of the current chunk.</summary>
    public byte[] ReadUpTo(int limit)
    {
        var bytes = new byte[Math.Min(_left, limit)];
        for (var filled = 0; filled < bytes.Length;)
            filled += Read(bytes.AsSpan(filled));
        return bytes;
    }

    /// <summary>The bytes of the current data chunk and of all that follow it.</summary>
    public Stream OpenData() => new DataStream(this);

    public static InvalidDataException EndsEarly() => new("the file ends in the middle of the picture");

    private sealed class DataStream(PngChunks chunks) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            while (chunks.Type != End)
            {
                if (chunks.Type == Data && chunks.Read(buffer) is var read and > 0)
                    return read;
                chunks.Next();
            }

            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
