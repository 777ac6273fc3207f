namespace Weft.Training.Tests;

public class Crc32Tests
{
    [Fact]
    public void The_check_value_of_the_catalogue_is_met() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    [Fact]
    public void Every_length_and_every_cut_agree_with_one_bit_at_a_time()
    {
        var bytes = new byte[257];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)Rng.For(3, RngPurpose.Analysis).UInt64(i);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var crc = Crc32.Start();
            crc.Append(bytes.AsSpan(0, length / 3));
            crc.Append(bytes.AsSpan(length / 3, length - length / 3));
            Assert.Equal(Reference(bytes.AsSpan(0, length)), crc.Value);
        }
    }

    private static uint Reference(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        return ~crc;
    }
}
