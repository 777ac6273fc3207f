using System.IO.Compression;
using System.Text;
using Weft.Training;

namespace Weft.Interchange.Tests.Models;

public class PyTorchFileTests
{
    private static readonly byte[] Saved = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pytorch.pth"));

    // {'w': tensor of 2 x 2 floats in storage 0}, as protocol 2 has it; the numbers can be replaced.
    private const string Opening = "\u0080\u0002}X\u0001\0\0\0w";
    private const string Tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0004tQ"
        + "K\0(K\u0002K\u0002t(K\u0002K\u0001t\u0089ccollections\nOrderedDict\n)RtR";
    private const string Ending = "s.";

    [Fact]
    public void Tensors_of_every_kind_are_PyTorchs()
    {
        var file = WeightsFile.Read(Saved, "here");
        var floats = Enumerable.Range(0, 24).Select(i => (float)i).ToArray();
        (string, string, float[])[] expected =
        [
            ("plain", "2 3 4", floats),
            ("transposed", "6 4", [.. Enumerable.Range(0, 24).Select(i => (float)(i % 4 * 6 + i / 4))]),
            ("part", "6", [4, 7, 10, 13, 16, 19]),
            ("expanded", "2 3", [7, 7, 7, 7, 7, 7]),
            ("half", "2", [1.5f, -2]),
            ("bfloat", "2", [1, -3]),
            ("scalar", "", [5]),
            ("none", "0 4", []),
            ("parameter", "1", [9]),
        ];
        Assert.Equal(expected, file.Tensors.Select(tensor => (tensor.Name, string.Join(' ', tensor.Shape), tensor.Values.ToArray())), (a, b) =>
            (a.Item1, a.Item2) == (b.Item1, b.Item2) && a.Item3.SequenceEqual(b.Item3));
        Assert.Equal(["bn.num_batches_tracked"], file.Others);
    }

    [Fact]
    public void A_table_written_by_hand_is_read() =>
        Assert.Equal([1, 2, 3, 4], Assert.Single(WeightsFile.Read(Zip(Opening + Tensor + Ending), "here").Tensors).Values.ToArray());

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0truetR.", "os.system")]
    [InlineData("cposix\nsystem\n(X\u0004\0\0\0truetR.", "posix.system")]
    [InlineData("\u0080\u0004\u008c\u0008builtins\u008c\u0004eval\u0093\u008c\u00011\u0085R.", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n(X\u0001\0\0\0xtR.", "__builtin__.exec")]
    [InlineData("ctorch.hub\nload\n)R.", "torch.hub.load")]
    [InlineData("ccollections\nOrderedDict.__reduce__\n)R.", "collections.OrderedDict.__reduce__")]
    public void A_file_that_would_run_code_is_refused_by_what_it_would_call(string pickle, string called)
    {
        var refused = Assert.Throws<WeftException>(() => WeightsFile.Read(Zip(pickle), "here"));
        Assert.Equal((ErrorKind.InvalidInput, "this file would run code: it is not opened"), (refused.Kind, refused.What));
        Assert.Contains(called, refused.Found);
    }

    [Theory]
    [InlineData("i__main__\nx\n", "operation 0x69")] // INST
    [InlineData("}\u0081.", "operation 0x81")] // NEWOBJ
    [InlineData("\u0082\u0001.", "operation 0x82")] // EXT1
    [InlineData("P0\n.", "operation 0x50")] // PERSID as text
    [InlineData(")R.", "without its value")]
    [InlineData("})R.", "no function")]
    [InlineData("ctorch\nFloatStorage\n)R.", "no function")]
    [InlineData("a.", "without its value")]
    [InlineData("NNa.", "no list")]
    [InlineData("NNNs.", "no dictionary")]
    [InlineData("}]Ns.", "a key")]
    [InlineData("e.", "no beginning")]
    [InlineData("h\0.", "nothing was put in")]
    [InlineData("NQ.", "no tuple")]
    [InlineData("NNb.", "no dictionary")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff", "a text of")]
    [InlineData("X\u0009\0\0\0abc", "bytes where")]
    [InlineData("\u008a\u0009123456789.", "a number of 9 bytes")]
    [InlineData("cabc", "without an end")]
    [InlineData("}", "bytes where")]
    [InlineData("}.", "a table without tensors of floats")]
    [InlineData("N.", "a table without tensors of floats")]
    public void A_pickle_that_makes_no_sense_is_refused(string pickle, string found) => Refuses(Zip(pickle), found);

    [Theory]
    [InlineData("K\0(K\u0002K\u0002t", "K\u0001(K\u0002K\u0002t", "values up to 4 of 4")] // an offset
    [InlineData("(K\u0002K\u0001t\u0089", "(K\u0003K\u0001t\u0089", "values up to 4 of 4")] // a stride
    [InlineData("(K\u0002K\u0001t\u0089", "(J\u00ff\u00ff\u00ff\u00ffK\u0001t\u0089", "a negative stride")]
    [InlineData("(K\u0002K\u0001t\u0089", "(K\u0001t\u0089", "the shape [2, 2]")]
    [InlineData("K\0(K\u0002K\u0002t", "J\u00ff\u00ff\u00ff\u00ff(K\u0002K\u0002t", "values up to")]
    [InlineData("K\0(K\u0002K\u0002t", "K\0(J\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007ft", "the shape [2147483647, 2147483647]")]
    [InlineData("K\0(K\u0002K\u0002t", "K\0(J\u00ff\u00ff\u00ff\u00ffK\u0002t", "the shape [-1, 2]")]
    // One value, repeated without end.
    [InlineData("K\0(K\u0002K\u0002t(K\u0002K\u0001t", "K\0(M\u00ff\u00ffM\u00ff\u00fft(K\0K\0t", "the shape [65535, 65535]")]
    [InlineData("X\u0001\0\0\00X\u0003", "X\u0001\0\0\09X\u0003", "not in the zip")]
    [InlineData("(K\u0002K\u0002t", "(NK\u0002t", "no numbers")]
    public void A_tensor_that_lies_about_its_values_is_refused(string right, string wrong, string found) =>
        Refuses(Zip(Opening + Tensor.Replace(right, wrong, StringComparison.Ordinal) + Ending), found);

    [Fact]
    public void A_pickle_may_not_grow_without_end()
    {
        // Each entry of the memo may be asked for again and again.
        Refuses(Zip("\u0080\u0004N\u0094" + string.Concat(Enumerable.Repeat("h\0", 1_100_000)) + "."), "more than 1000000 entries");
        Refuses(Zip(string.Concat(Enumerable.Repeat("(", 1_100_000)) + "."), "more than 1000000 entries");
    }

    [Fact]
    public void A_zip_that_lies_about_lengths_is_refused()
    {
        Refuses(Zip(Opening + Tensor + Ending, ("x/byteorder", "big"u8.ToArray())), "highest byte first");
        Refuses(Zip(Opening + Tensor + Ending, ("y/data.pkl", [])), "exactly one data.pkl");
        // What unpacks to more than the file has is no table of tensors.
        Refuses(Zip(Opening + Tensor + Ending, compressed: true, storage: new byte[10_000_000]), "at most");
        Refuses("PK\x03\x04"u8.ToArray(), "");
    }

    [Fact]
    public void Every_cut_of_the_file_is_refused_or_read()
    {
        for (var length = 4; length < Saved.Length; length += 7)
        {
            try
            {
                WeightsFile.Read(Saved.AsMemory(0, length), "here");
            }
            catch (WeftException refused)
            {
                Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
            }
        }
    }

    private static void Refuses(byte[] file, string found)
    {
        var refused = Assert.Throws<WeftException>(() => WeightsFile.Read(file, "here"));
        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Contains(found, refused.Found);
    }

    private static byte[] Zip(string pickle, params (string Name, byte[] Content)[] more) => Zip(pickle, false, null, more);

    private static byte[] Zip(string pickle, bool compressed, byte[]? storage, params (string Name, byte[] Content)[] more)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            byte[] values = storage ?? [.. new[] { 1f, 2, 3, 4 }.SelectMany(BitConverter.GetBytes)];
            foreach (var (name, content) in more.Prepend(("x/data/0", values)).Prepend(("x/data.pkl", Encoding.Latin1.GetBytes(pickle))))
            {
                using var stream = zip.CreateEntry(name, compressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }
}
