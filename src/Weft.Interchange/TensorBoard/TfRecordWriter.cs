using System.Buffers.Binary;
using System.Numerics;

namespace Weft.Interchange;

/// <summary>
/// Records in the framing of TensorBoard's event files: <c>u64 length | u32 masked crc of the length | payload | u32 masked crc of the payload</c>,
/// little-endian, without a file header.
/// </summary>
internal static class TfRecordWriter
{
    public static void Write(Stream file, ReadOnlySpan<byte> record)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedCrc(header[..8]));
        Span<byte> footer = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(footer, MaskedCrc(record));
        file.Write(header);
        file.Write(record);
        file.Write(footer);
    }

    /// <summary>((c ≫ 15) | (c ≪ 17)) + 0xA282EAD8 with c = CRC-32C.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Crc32C(bytes), 15) + 0xA282EAD8;

    /// <summary>CRC-32C (polynomial 0x1EDC6F41, reflected, ones before and after).</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
