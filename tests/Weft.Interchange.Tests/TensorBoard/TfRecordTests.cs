using Google.Protobuf;
using Weft.Interchange.TensorBoardWire;

namespace Weft.Interchange.Tests;

public class TfRecordTests
{
    [Fact]
    public void First_record_of_a_real_file_comes_out_byte_for_byte()
    {
        // Its wall time is 1,591,664,768 s: the bytes 00 00 C0 76 3B A1 D7 41 as a double.
        var first = new Event { WallTime = BitConverter.Int64BitsToDouble(0x41D7A13B76C00000), FileVersion = "brain.Event:2" };
        Assert.Equal("1800000000000000A37F4B22090000C0763BA1D7411A0D627261696E2E4576656E743A326CBEEFA8", Convert.ToHexString(File(first.ToByteArray())));
    }

    [Fact]
    public void Checksums_of_the_guide()
    {
        Assert.Equal(0xE3069283u, TfRecordWriter.Crc32C("123456789"u8));
        Assert.Equal(0x224B7FA3u, TfRecordWriter.MaskedCrc([24, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Crc_of_every_length_equals_the_one_of_single_bits()
    {
        for (var length = 0; length <= 40; length++)
        {
            var bytes = Enumerable.Range(0, length).Select(i => (byte)(i * 31 + 5)).ToArray();
            var crc = uint.MaxValue;
            foreach (var value in bytes)
            {
                crc ^= value;
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? 0x82F63B78u ^ (crc >> 1) : crc >> 1;
            }

            Assert.Equal(~crc, TfRecordWriter.Crc32C(bytes));
        }
    }

    [Fact]
    public void A_file_torn_at_any_byte_is_read_up_to_the_tear()
    {
        var records = new byte[][] { [1, 2, 3], [], [4], new byte[50] };
        var file = File(records);
        for (var length = 0; length <= file.Length; length++)
        {
            var read = TfRecordReader.Read(file.AsSpan(0, length), out var tear);
            Assert.Equal(records.Take(read.Count), read);
            Assert.Equal(length - read.Sum(record => record.Length + 16) == 0, tear is null);
        }
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        var file = File([1, 2, 3], [4, 5, 6, 7, 8, 9, 10, 11, 12]);
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var damaged = (byte[])file.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            TfRecordReader.Read(damaged, out var tear);
            Assert.NotNull(tear);
        }
    }

    private static byte[] File(params byte[][] records)
    {
        using var file = new MemoryStream();
        foreach (var record in records)
            TfRecordWriter.Write(file, record);
        return file.ToArray();
    }
}
