using System.Buffers.Binary;

namespace Weft.Interchange;

/// <summary>Reads back what <see cref="BlockLogWriter"/> writes, as strictly as W&amp;B's own readers: checksums, kinds and padding are checked.</summary>
internal static class BlockLogReader
{
    /// <summary>The whole records up to the log's end or to the first byte that is not as it must be.</summary>
    /// <param name="tear">Null when the log ends with a whole record; else where and what is wrong.</param>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> log, out string? tear)
    {
        var records = new List<byte[]>();
        tear = null;
        if (!log.StartsWith(BlockLogWriter.FileHeader))
        {
            tear = "byte 0: not the header of a transaction log";
            return records;
        }

        var record = new List<byte>();
        var isInside = false;
        for (var at = BlockLogWriter.FileHeader.Length; at < log.Length;)
        {
            var left = BlockLogWriter.BlockSize - at % BlockLogWriter.BlockSize;
            if (left < BlockLogWriter.ChunkHeader)
            {
                var padding = log.Slice(at, Math.Min(left, log.Length - at));
                if (padding.Length < left || padding.ContainsAnyExcept((byte)0))
                {
                    tear = $"byte {at}: padding is not {left} zeros";
                    return records;
                }

                at += left;
                continue;
            }

            if (Chunk(log, at, left, isInside, out tear) is not { } length)
                return records;
            var kind = (ChunkKind)log[at + 6];
            record.AddRange(log.Slice(at + BlockLogWriter.ChunkHeader, length));
            at += BlockLogWriter.ChunkHeader + length;
            isInside = kind is ChunkKind.First or ChunkKind.Middle;
            if (isInside)
                continue;
            records.Add([.. record]);
            record.Clear();
        }

        if (isInside)
            tear = $"byte {log.Length}: the last record has no end";
        return records;
    }

    private static int? Chunk(ReadOnlySpan<byte> log, int at, int left, bool isInside, out string? tear)
    {
        var available = Math.Min(left, log.Length - at);
        if (available < BlockLogWriter.ChunkHeader)
        {
            tear = $"byte {at}: half a chunk header";
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(log[(at + 4)..]);
        if (length > available - BlockLogWriter.ChunkHeader)
        {
            tear = $"byte {at}: a chunk of {length} bytes where {available - BlockLogWriter.ChunkHeader} are left";
            return null;
        }

        var kind = (ChunkKind)log[at + 6];
        if (BinaryPrimitives.ReadUInt32LittleEndian(log[at..]) != BlockLogWriter.Checksum(kind, log.Slice(at + BlockLogWriter.ChunkHeader, length)))
        {
            tear = $"byte {at}: wrong checksum";
            return null;
        }

        if (kind is < ChunkKind.Full or > ChunkKind.Last || isInside == kind is ChunkKind.Full or ChunkKind.First)
        {
            tear = $"byte {at}: a chunk of kind {(int)kind} in the wrong place";
            return null;
        }

        tear = null;
        return length;
    }
}
