using System.Globalization;
using System.Text;

namespace Weft.Training.Tests;

/// <summary>
/// Every reader of a document that somebody else may have written, against inputs that are wrong in some way: it gives a result or one of our errors, nothing
/// else. <c>WEFT_FUZZ=1000000</c> makes the long form of it, shared out among the readers, and <c>WEFT_FUZZ_FROM</c> says at which seed it begins: <c>dotnet
/// run eng/fuzz.cs -- readers</c>.
/// </summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunFolder _run;

    public ReaderFuzzTests()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("early_stopping.patience=3", "schedule.name=reduce_on_plateau"));
        _run = TinyTraining.Run(_folder);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Descriptions_of_runs() => Texts(File.ReadAllText(_run.InformationFile), text => RunInformation.Parse(Encoding.UTF8.GetBytes(text), "here"));

    [Fact]
    public void Events()
    {
        var lines = File.ReadAllLines(_run.EventsFile);
        // Half of them with a checksum that matches what they say now.
        Inputs(seed => lines[seed % lines.Length], (mutator, line) => mutator.Mutate(line), line =>
        {
            RunEventLine.Read(line, "here");
            RunEventLine.IsOfUnknownType(line);
            RunEventLine.Read(WithoutChecksum(line), "here");
        });
    }

    [Fact]
    public void Metrics() => Texts(File.ReadAllText(_run.MetricsFile), text => MetricsFile.Parse(text));

    [Fact]
    public void Checkpoints() => Bytes(File.ReadAllBytes(_run.LastCheckpoint), bytes => CheckpointFile.Parse(bytes, "here"));

    // Sealed again: a checksum proves no author.
    [Fact]
    public void Checkpoints_that_are_sealed() => Bytes(File.ReadAllBytes(_run.LastCheckpoint), bytes =>
    {
        Seal(bytes);
        CheckpointFile.Parse(bytes, "here");
    }, headerOnly: true);

    [Fact]
    public void Weights_from_elsewhere() => Bytes(Transfer.PretrainedWeightsTests.Make("small").ToBytes().ToArray(), bytes =>
    {
        Seal(bytes);
        PretrainedWeights.Parse(bytes, "here");
    }, headerOnly: true, share: 4);

    [Fact]
    public void Corrections_of_labels() => Texts(
        "path,sha256,from,to,reason,by,date\n\"a, b/1.png\",0123abcd,class 1,class 2,\"he said \"\"no\"\"\",me,2026-11-28\n3,,class 3,?,,,\n4,,class 0,,,,\n",
        text => LabelCorrections.Parse(Encoding.UTF8.GetBytes(text), "here").Apply(TinyTraining.Dataset(count: 8)));

    [Fact]
    public void Configurations() => Texts(File.ReadAllText(_run.ConfigurationFile), text =>
    {
        File.WriteAllText(_folder.In("fuzzed.yaml"), text);
        ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("fuzzed.yaml") });
    }, share: 4);

    [Fact]
    public void Model_files() => Texts("""
        name: net
        input: {height: 28, width: 28, channels: 1}
        layers:
          - conv2d: {output_channels: 8, kernel: 3, padding: 1}
          - batch_norm2d
          - residual:
              - conv2d: {output_channels: 8, kernel: 3, padding: 1}
              - relu
          - concat:
              - - conv2d: {output_channels: 4, kernel: 1}
              - - max_pool2d: {kernel: 3, stride: 1, padding: 1}
          - dropout: 0.2
          - global_average_pool
          - linear: classes
        """, text => ModelFile.Parse(text, "here", 10, new FeatureShape(28, 28, 1)));

    // What the long form has found, each kept as it was.
    [Theory]
    [InlineData("layers: [!!$$$[x]]")]
    [InlineData("layers: [!<%>x]")]
    [InlineData("layers: {!!: x}")]
    public void Yaml_that_ended_the_parser_with_an_error_of_its_own(string text)
    {
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => ModelFile.Parse(text, "here", 10, new FeatureShape(28, 28, 1))).Kind);
        File.WriteAllText(_folder.In("fuzzed.yaml"), text);
        Assert.Equal(
            ErrorKind.InvalidInput,
            Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("fuzzed.yaml") })).Kind);
    }

    [Fact]
    public void Prediction_tables() =>
        Texts("index,label,prediction,loss,p0,p1\n0,1,1,0.105,0.1,0.9\n1,0,1,1.2,0.3,0.7\n", text => PredictionTable.ReadCsv(new StringReader(text), "here"));

    [Fact]
    public void Idx_files()
    {
        byte[] right = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, .. Enumerable.Range(0, 24).Select(i => (byte)i)];
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(right);
        Bytes(right, bytes => IdxFile.Read(new MemoryStream(bytes), "here", new IdxExpectation(IdxContent.Images)));
        Bytes(packed.ToArray(), bytes => IdxFile.Read(new MemoryStream(bytes), "here", new IdxExpectation(IdxContent.Images)));
    }

    [Fact]
    public void Cifar_files()
    {
        var file = new DataFile("here", new Advice("-"));
        Bytes(CifarFormatTests.Records(2, i => [(byte)i, (byte)i]), bytes =>
            CifarFormat.Parse([file], [bytes], isHundred: true).ToDataset("here", "here", null, () => throw new InvalidOperationException()));
    }

    [Fact]
    public void Manifests()
    {
        Texts("path,label,split,group\na/1.png,\"a \"\"b\"\"\",train,x\nb;2.png,c,1,\n", text => Manifest.Parse(Encoding.UTF8.GetBytes(text), "/here/a.csv"));
        Texts("""
            {"file_name": "a.png", "label": 1, "split": "train"}
            {"file_name": "b.png", "label": "two", "objects": {"x": [1, 2]}}
            """, text => Manifest.Parse(Encoding.UTF8.GetBytes(text), "/here/a.jsonl"));
    }

    [Fact]
    public void Numpy_archives()
    {
        var file = new DataFile("here", new Advice("-"));
        var right = NpzFormatTests.Npz(
            ("train_images.npy", NpzFormatTests.Npy("|u1", "(2, 2, 2)", new byte[8])), ("train_labels.npy", NpzFormatTests.Npy("<i2", "(2, 1)", [0, 0, 1, 0])));
        Bytes(right, bytes => NpzFormat.Read(new MemoryStream(bytes), file, "train", isRequired: false));
        Bytes(NpzFormatTests.Npy("<i2", "(2, 1)", [0, 0, 1, 0]), bytes =>
        {
            try
            {
                NpyArray.Parse(bytes).ToLabels();
            }
            catch (FormatException)
            {
                // which its caller names
            }
        });
    }

    [Fact]
    public void Archives()
    {
        var file = new DataFile(_folder.In("fuzzed"), new Advice("-"));
        using var tar = new MemoryStream();
        using (var writer = new System.Formats.Tar.TarWriter(tar, leaveOpen: true))
        {
            foreach (var name in new[] { "a/1.png", "b/2.png" })
            {
                writer.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream([1, 2, 3]),
                });
            }
        }

        void Read(byte[] bytes, Func<List<TreeFile>> list)
        {
            File.WriteAllBytes(file.Path, bytes);
            foreach (var entry in list())
            {
                try
                {
                    entry.Content.Read();
                }
                catch (IOException)
                {
                    // which the scan of the pictures names
                }
            }
        }

        Bytes(tar.ToArray(), bytes => Read(bytes, () => ArchiveFormat.Tar(file, file.Path)));
        Bytes(NpzFormatTests.Npz(("a/1.png", [1, 2, 3]), ("b/2.png", [4])), bytes => Read(bytes, () => ArchiveFormat.Zip(file)));
    }

    private static void Texts(string right, Action<string> read, int share = 1) => Inputs(_ => right, (mutator, text) => mutator.Mutate(text), read, share);

    private static void Seal(byte[] bytes)
    {
        if (CheckpointSeal.Verify(bytes) is { } damage && damage.Expected.StartsWith("SHA-256", StringComparison.Ordinal))
        {
            Encoding.ASCII.GetBytes(CheckpointSeal.Blank).CopyTo(bytes, 37);
            CheckpointSeal.Apply(bytes);
        }
    }

    private static void Bytes(byte[] right, Action<byte[]> read, bool headerOnly = false, int share = 1)
    {
        // Most of a checkpoint is numbers, any of which may be any.
        var header = headerOnly ? 8 + (int)BitConverter.ToUInt64(right) : right.Length;
        Inputs(
            _ => right,
            (mutator, bytes) => headerOnly
                ? Resized(
                    [.. bytes[..8], .. Encoding.UTF8.GetBytes(mutator.Mutate(Encoding.UTF8.GetString(bytes[8..header]))), .. bytes[header..]],
                    bytes.Length - header)
                : mutator.Mutate(bytes),
            read, share);

        static byte[] Resized(byte[] file, int values)
        {
            BitConverter.TryWriteBytes(file, (ulong)(file.Length - 8 - values));
            return file;
        }
    }

    private static void Inputs<T>(Func<int, T> right, Func<InputMutator, T, T> mutate, Action<T> read, int share = 1)
    {
        const int Readers = 19;
        var count = (Number("WEFT_FUZZ") ?? 12_000) / Readers / share;
        var from = Number("WEFT_FUZZ_FROM") ?? 1;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var seed = from; seed < from + count; seed++)
        {
            var input = mutate(new InputMutator(seed), right(seed));
            try
            {
                read(input);
            }
            catch (WeftException)
            {
                // what a person is told
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 64 << 20, "what is read wrong is kept");
    }

    internal static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string WithoutChecksum(string line) => line.LastIndexOf(",\"crc\"", StringComparison.Ordinal) is var at and > 0 ? line[..at] + "}" : line;
}
