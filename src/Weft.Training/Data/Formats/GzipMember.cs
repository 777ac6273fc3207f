using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Weft.Training;

/// <summary>
/// A file that must be exactly one gzip member (RFC 1952). The framework's own gzip stream takes a truncated file for a short one and ignores
/// what follows; here the end of the compressed data is located to the byte, and both trailer words are checked by <see cref="Finish"/>.
/// </summary>
internal sealed class GzipMember : IDisposable
{
    public const int TrailerLength = 8;

    private readonly DataFile _file;
    private readonly Stream _stream;
    private readonly MeteredInput _input;
    private readonly DeflateStream _inflater;
    private readonly Crc32 _crc = new();

    /// <param name="stream">Seekable, at byte 0; not disposed.</param>
    /// <exception cref="WeftException">The header is not one of gzip (<see cref="ErrorKind.DatasetDamaged"/>).</exception>
    public GzipMember(Stream stream, DataFile file)
    {
        _file = file;
        _stream = stream;
        var header = new byte[(int)Math.Min(stream.Length, MaximumHeaderLength)];
        stream.ReadExactly(header);
        stream.Position = HeaderLength(header);
        DeclaredLength = ReadDeclaredLength(stream);
        _input = new MeteredInput(stream);
        _inflater = new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
    }

    // Names and comments are short; a header that is longer is somebody's test of our patience.
    private const int MaximumHeaderLength = 1 << 16;

    /// <summary>The unpacked length modulo 2^32 that the file's last four bytes state.</summary>
    public long DeclaredLength { get; }

    public long Produced { get; private set; }

    /// <summary>Unpacked bytes, fewer than asked for only at the end of the compressed data.</summary>
    public int Read(Span<byte> target)
    {
        var filled = 0;
        while (filled < target.Length)
        {
            int read;
            try
            {
                read = _inflater.Read(target[filled..]);
            }
            catch (InvalidDataException)
            {
                throw _file.Damaged(
                    "is damaged",
                    at: $"compressed byte {_stream.Position:N0} of {_stream.Length:N0}, unpacked byte {Produced + filled:N0}",
                    expected: "compressed data of gzip",
                    found: "bits that no gzip writer makes");
            }

            if (read == 0)
                break;
            filled += read;
        }

        _crc.Append(target[..filled]);
        Produced += filled;
        return filled;
    }

    /// <summary>To be called when <see cref="Read"/> came to the end: refuses a missing or wrong trailer and anything after it.</summary>
    public void Finish(string expected)
    {
        var end = _stream.Position;
        if (_input.EndIsExact && _stream.Length - end < TrailerLength)
            throw Incomplete(expected);

        Span<byte> rest = stackalloc byte[TrailerLength + 2];
        rest = rest[.._stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false)];
        if (!_input.EndIsExact)
            throw TrailingData("hundreds of bytes or more");

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (crc != _crc.GetCurrentHashAsUInt32())
        {
            throw _file.Damaged("does not match its checksum", $"gzip trailer at byte {end:N0}",
                expected: $"CRC-32 {crc:x8} (stored in the file)", found: $"CRC-32 {_crc.GetCurrentHashAsUInt32():x8} of {Produced:N0} unpacked bytes");
        }

        if (length != (uint)Produced)
        {
            throw _file.Damaged("does not match its stored length", $"gzip trailer at byte {end + 4:N0}",
                expected: $"{length:N0} unpacked bytes (stored in the file)", found: $"{Produced:N0} unpacked bytes");
        }

        if (rest.Length > TrailerLength)
        {
            var isMember = rest is [.., 0x1f, 0x8b];
            throw TrailingData($"{_stream.Length - end - TrailerLength:N0} bytes{(isMember ? ", a second gzip member" : "")}");
        }
    }

    public void Dispose() => _inflater.Dispose();

    private WeftException Incomplete(string expected) => _file.Damaged(
        "is incomplete",
        at: $"compressed byte {_stream.Length:N0}, the end of the file",
        expected: $"{expected}; gzip trailer present",
        found: $"{Produced:N0} bytes, {(_stream.Position >= _stream.Length ? "stream ends inside a block or its trailer" : "no trailer")}");

    private WeftException TrailingData(string amount) => _file.Damaged(
        "has data after its end",
        at: $"before byte {_stream.Length:N0}, the end of the file",
        expected: "one gzip member and nothing else",
        found: $"{amount} behind it");

    private static long ReadDeclaredLength(Stream stream)
    {
        var position = stream.Position;
        if (stream.Length - position < TrailerLength)
            return -1;
        Span<byte> word = stackalloc byte[4];
        stream.Position = stream.Length - 4;
        stream.ReadExactly(word);
        stream.Position = position;
        return BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    private int HeaderLength(ReadOnlySpan<byte> header)
    {
        const int CrcFlag = 2, ExtraFlag = 4, NameFlag = 8, CommentFlag = 16, ReservedFlags = 0xE0, FixedLength = 10;
        if (header.Length < FixedLength)
            throw HeaderEnds(header.Length);
        if (header[2] != 8 || (header[3] & ReservedFlags) != 0)
        {
            throw _file.Damaged("has a header that is not gzip's", "byte 2", expected: "1f 8b 08, no reserved flag",
                found: Convert.ToHexStringLower(header[..4]));
        }

        var flags = header[3];
        var length = FixedLength;
        if ((flags & ExtraFlag) != 0)
            length += header.Length >= length + 2 ? 2 + BinaryPrimitives.ReadUInt16LittleEndian(header[length..]) : 2;
        foreach (var flag in (ReadOnlySpan<int>)[NameFlag, CommentFlag])
        {
            if ((flags & flag) == 0)
                continue;
            var zero = length < header.Length ? header[length..].IndexOf((byte)0) : -1;
            length = zero < 0 ? header.Length + 1 : length + zero + 1;
        }

        if ((flags & CrcFlag) != 0)
            length += 2;
        return length <= header.Length ? length : throw HeaderEnds(header.Length);
    }

    private WeftException HeaderEnds(int length) => _file.Damaged(
        "is incomplete", $"byte {length:N0}", expected: "a gzip header, compressed data and a trailer", found: "a header without an end");

    /// <summary>
    /// Hands the inflater large pieces first and single bytes at the end, so that it can never have read past the end of the compressed data
    /// unnoticed: when the last piece was a single byte, the position is the end.
    /// </summary>
    private sealed class MeteredInput(Stream stream) : Stream
    {
        private const int SingleByteZone = 256;

        public bool EndIsExact { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var remaining = stream.Length - stream.Position;
            EndIsExact = remaining <= SingleByteZone;
            return stream.Read(buffer[..(int)Math.Min(buffer.Length, EndIsExact ? 1 : remaining - SingleByteZone)]);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
