using System.Buffers.Binary;
using System.IO.Hashing;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// Records in the framing of a W&amp;B transaction log: a header of 7 bytes, then blocks of 32,768 bytes counted from the file's first byte.
/// A chunk is <c>u32 crc | u16 length | u8 kind | payload</c>, little-endian; the crc is CRC-32/IEEE over kind and payload. No chunk crosses a block's end:
/// a record that does not fit is cut into first, middle and last chunks, and fewer than 7 bytes at a block's end are zeros.
/// </summary>
internal sealed class BlockLogWriter
{
    public const int BlockSize = 32_768;
    public const int ChunkHeader = 7;

    private readonly Stream _file;
    private long _position;

    /// <summary>Starts an empty log with its header.</summary>
    public BlockLogWriter(Stream file)
    {
        _file = file;
        Put(FileHeader);
    }

    /// <summary>":W&amp;B", the number 0xBEE1, format version 0.</summary>
    public static ReadOnlySpan<byte> FileHeader => [0x3A, 0x57, 0x26, 0x42, 0xE1, 0xBE, 0x00];

    private static ReadOnlySpan<byte> Padding => [0, 0, 0, 0, 0, 0];

    public void Write(ReadOnlySpan<byte> record)
    {
        var isFirst = true;
        do
        {
            var left = BlockSize - (int)(_position % BlockSize);
            if (left < ChunkHeader)
            {
                Put(Padding[..left]);
                left = BlockSize;
            }

            var length = Math.Min(left - ChunkHeader, record.Length); // 0 when just the header fits; readers know that
            var kind = (isFirst, length == record.Length) switch
            {
                (true, true) => ChunkKind.Full,
                (true, false) => ChunkKind.First,
                (false, false) => ChunkKind.Middle,
                (false, true) => ChunkKind.Last,
            };
            PutChunk(kind, record[..length]);
            record = record[length..];
            isFirst = false;
            if (kind is ChunkKind.Full or ChunkKind.Last)
                return;
        }
        while (true);
    }

    private void PutChunk(ChunkKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[ChunkHeader];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Checksum(kind, payload));
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)payload.Length);
        header[6] = (byte)kind;
        Put(header);
        Put(payload);
    }

    public static uint Checksum(ChunkKind kind, ReadOnlySpan<byte> payload)
    {
        var crc = new Crc32();
        crc.Append([(byte)kind]);
        crc.Append(payload);
        return crc.GetCurrentHashAsUInt32();
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes);
        _position += bytes.Length;
    }
}

/// <summary>Numbers of the format.</summary>
internal enum ChunkKind : byte
{
    Full = 1,
    First = 2,
    Middle = 3,
    Last = 4,
}
