using Google.Protobuf;
using Weft.Interchange.WandbWire;
using Record = Weft.Interchange.WandbWire.Record;

namespace Weft.Interchange.Tests;

public class BlockLogTests
{
    private const int BlockSize = 32_768;

    [Fact]
    public void Header_record_of_a_real_file_comes_out_byte_for_byte() =>
        Assert.Equal("3A572642E1BE00" + "8E510C54030001" + "AA0100", Convert.ToHexString(Log(new Record { Header = new Header() }.ToByteArray())));

    [Fact]
    public void Run_record_has_the_known_bytes() => Assert.Equal(
        "9381788E15000108028A01100A0861316232633364341A0464656D6F",
        Chunks(new Record { Num = 2, Run = new Run { RunId = "a1b2c3d4", Project = "demo" } }));

    [Fact]
    public void History_record_has_the_known_bytes() => Assert.Equal(
        "C41A5B7F2100010803121D0A0C12046C6F7373820103302E350A0B12055F7374657082010130" + "1200",
        Chunks(new Record
        {
            Num = 3,
            History = new History
            {
                Item = { new Item { NestedKey = { "loss" }, ValueJson = "0.5" }, new Item { NestedKey = { "_step" }, ValueJson = "0" } },
                Step = new HistoryStep(),
            },
        }));

    [Fact]
    public void Checksums_of_the_guide()
    {
        Assert.Equal(0xA505DF1Bu, BlockLogWriter.Checksum(ChunkKind.Full, []));
    }

    /// <summary>Sizes that end a block exactly, one before, one after, with 1 to 8 bytes left over, and that take several blocks.</summary>
    public static TheoryData<int> Sizes => [0, 1, 7, 100, .. Enumerable.Range(32_730, 60), .. Enumerable.Range(2 * BlockSize - 40, 60), 5 * BlockSize];

    [Theory, MemberData(nameof(Sizes))]
    public void Every_size_of_a_first_record_reads_back_with_what_follows(int size)
    {
        var records = new[] { Pattern(size), Pattern(3), Pattern(0), Pattern(BlockSize), Pattern(1) };
        var log = Log(records);
        Assert.Equal(records, BlockLogReader.Read(log, out var tear));
        Assert.Null(tear);
        Assert.Equal(records, Reference(log));
    }

    [Fact]
    public void Largest_full_record_of_the_first_block_fills_it() => Assert.Equal(BlockSize, Log(Pattern(BlockSize - 7 - 7)).Length);

    [Fact]
    public void Seven_bytes_left_hold_an_empty_first_chunk()
    {
        var log = Log(Pattern(BlockSize - 7 - 7 - 7), Pattern(5));
        Assert.Equal([0, 0, (byte)ChunkKind.First], log[(BlockSize - 3)..BlockSize]);
        Assert.Equal((byte)ChunkKind.Last, log[BlockSize + 6]);
    }

    [Theory, InlineData(1), InlineData(3), InlineData(6)]
    public void Fewer_than_seven_bytes_left_are_zeros(int left)
    {
        var log = Log(Pattern(BlockSize - 7 - 7 - left), Pattern(5));
        Assert.Equal(new byte[left], log[(BlockSize - left)..BlockSize]);
        Assert.Equal((byte)ChunkKind.Full, log[BlockSize + 6]);
    }

    [Fact]
    public void A_log_torn_at_any_byte_is_read_up_to_the_tear()
    {
        var records = new[] { Pattern(40), Pattern(BlockSize - 100), Pattern(30), Pattern(70) };
        var log = Log(records);
        var ends = new List<int>();
        for (var n = 1; n <= records.Length; n++)
            ends.Add(Log(records[..n]).Length);
        foreach (var length in Enumerable.Range(0, log.Length + 1)
            .Where(length => length < 300 || length > log.Length - 300 || Math.Abs(length - BlockSize) < 60))
        {
            var read = BlockLogReader.Read(log.AsSpan(0, length), out var tear);
            Assert.Equal(records.Take(ends.Count(end => end <= length)), read);
            var isPadded = length % BlockSize == 0 && ends.Any(end => end > length - 7 && end <= length);
            var isWhole = length == BlockLogWriter.FileHeader.Length || ends.Contains(length) || isPadded;
            Assert.Equal(isWhole, tear is null);
        }
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        var records = new[] { Pattern(20), Pattern(25) };
        var log = Log(records);
        for (var bit = 0; bit < log.Length * 8; bit++)
        {
            var damaged = (byte[])log.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            var read = BlockLogReader.Read(damaged, out var tear);
            Assert.NotNull(tear);
            Assert.Equal(records.Take(read.Count), read);
        }
    }

    private static string Chunks(Record record) => Convert.ToHexString(Log(record.ToByteArray())[BlockLogWriter.FileHeader.Length..]);

    private static byte[] Log(params byte[][] records)
    {
        using var file = new MemoryStream();
        var log = new BlockLogWriter(file);
        foreach (var record in records)
            log.Write(record);
        return file.ToArray();
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + length))];

    // Another reader, written from the description alone: no checks, just the layout.
    private static List<byte[]> Reference(byte[] log)
    {
        var records = new List<byte[]>();
        var record = new MemoryStream();
        for (var at = 7; at < log.Length;)
        {
            if (BlockSize - at % BlockSize < 7)
            {
                at = (at / BlockSize + 1) * BlockSize;
                continue;
            }

            var length = log[at + 4] | log[at + 5] << 8;
            record.Write(log, at + 7, length);
            if (log[at + 6] is 1 or 4)
            {
                records.Add(record.ToArray());
                record = new MemoryStream();
            }

            at += 7 + length;
        }

        return records;
    }
}
