using System.Buffers.Binary;

namespace Weft.Training;

/// <summary>
/// The CRC-32 of gzip and PNG (polynomial 0xEDB88320, reflected, ones before and after), eight bytes at a time over eight tables
/// (slicing-by-8, Kounavis and Berry 2005).
/// </summary>
public struct Crc32
{
    private static readonly uint[] Tables = CreateTables();

    private uint _inverted;

    public readonly uint Value => _inverted ^ uint.MaxValue;

    public static Crc32 Start() => new() { _inverted = uint.MaxValue };

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = Start();
        crc.Append(bytes);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var tables = Tables;
        var crc = _inverted;
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[0x700 + (low & 0xFF)] ^ tables[0x600 + ((low >> 8) & 0xFF)] ^ tables[0x500 + ((low >> 16) & 0xFF)] ^ tables[0x400 + (low >> 24)]
                ^ tables[0x300 + (high & 0xFF)] ^ tables[0x200 + ((high >> 8) & 0xFF)] ^ tables[0x100 + ((high >> 16) & 0xFF)] ^ tables[high >> 24];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
            crc = tables[(crc ^ value) & 0xFF] ^ (crc >> 8);
        _inverted = crc;
    }

    private static uint[] CreateTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
            tables[i] = value;
        }

        for (var slice = 1; slice < 8; slice++)
        {
            for (var i = 0; i < 256; i++)
            {
                var previous = tables[(slice - 1) * 256 + i];
                tables[slice * 256 + i] = tables[previous & 0xFF] ^ (previous >> 8);
            }
        }

        return tables;
    }
}
