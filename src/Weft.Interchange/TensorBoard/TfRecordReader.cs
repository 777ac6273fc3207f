using System.Buffers.Binary;

namespace Weft.Interchange;

/// <summary>Reads back what <see cref="TfRecordWriter"/> writes and checks both checksums.</summary>
internal static class TfRecordReader
{
    private const int Header = 12;
    private const int Footer = 4;

    /// <summary>The whole records up to the file's end or to the first byte that is not as it must be.</summary>
    /// <param name="tear">Null when the file ends with a whole record; else where and what is wrong.</param>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> file, out string? tear)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var rest = file[at..];
            if (rest.Length < Header)
            {
                tear = $"byte {at}: half a header";
                return records;
            }

            var length = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) != TfRecordWriter.MaskedCrc(rest[..8]))
            {
                tear = $"byte {at}: wrong checksum of the length";
                return records;
            }

            if (length > (ulong)rest.Length || (int)length > rest.Length - Header - Footer)
            {
                tear = $"byte {at}: a record of {length} bytes where {rest.Length - Header} are left";
                return records;
            }

            var record = rest.Slice(Header, (int)length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest[(Header + (int)length)..]) != TfRecordWriter.MaskedCrc(record))
            {
                tear = $"byte {at}: wrong checksum of the record";
                return records;
            }

            records.Add(record.ToArray());
            at += Header + (int)length + Footer;
        }

        tear = null;
        return records;
    }
}
