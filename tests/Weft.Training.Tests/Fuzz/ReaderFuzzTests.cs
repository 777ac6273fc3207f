using System.Text;
using Weft.Tests.Shared;

namespace Weft.Training.Tests;

/// <summary>
/// Every reader of a document that somebody else may have written, against inputs that are wrong in some way: it gives a result or one of our errors, nothing
/// else. The long form: <c>dotnet run eng/fuzz.cs -- readers</c>.
/// </summary>
[Trait("Fuzz", "reader")]
public sealed class ReaderFuzzTests : IDisposable
{
    private static readonly Fuzzer Fuzzer = new(failure => (failure as WeftException)?.Kind.ToString());

    private readonly TemporaryFolder _folder = new();
    private readonly RunFolder _run;

    public ReaderFuzzTests()
    {
        TinyTraining.Train(_folder, TinyTraining.Configuration("early_stopping.patience=3", "schedule.name=reduce_on_plateau"));
        _run = TinyTraining.Run(_folder);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Descriptions_of_runs() =>
        Fuzzer.ReadText("run", File.ReadAllText(_run.InformationFile), text => RunInformation.Parse(Encoding.UTF8.GetBytes(text), "here"));

    [Fact]
    public void Events()
    {
        var lines = File.ReadAllLines(_run.EventsFile);
        // Half of them with a checksum that matches what they say now.
        Fuzzer.Read("events", 600, mutator => mutator.Mutate(lines), line =>
        {
            RunEventLine.IsOfUnknownType(line);
            RunEventLine.Read(WithoutChecksum(line), "here");
            _ = RunEventLine.Read(line, "here") ?? throw new WeftException(ErrorKind.InvalidInput, "passed over");
        });
    }

    [Fact]
    public void Metrics()
    {
        var rows = MetricsFile.Parse(File.ReadAllText(_run.MetricsFile)).Rows.Count;
        Fuzzer.ReadText("metrics", File.ReadAllText(_run.MetricsFile), text =>
            _ = MetricsFile.Parse(text).Rows.Count == rows ? rows : throw new WeftException(ErrorKind.InvalidInput, "rows were passed over"));
    }

    [Fact]
    public void Checkpoints() =>
        Fuzzer.Read(new FuzzedFormat("checkpoint", File.ReadAllBytes(_run.LastCheckpoint)), bytes => CheckpointFile.Parse(bytes, "here"));

    // Sealed again: a checksum proves no author.
    [Fact]
    public void Checkpoints_that_are_sealed() => Headers("checkpoint-sealed", File.ReadAllBytes(_run.LastCheckpoint), bytes =>
    {
        Seal(bytes);
        CheckpointFile.Parse(bytes, "here");
    });

    [Fact]
    public void Weights_from_elsewhere() => Headers("backbone", Transfer.PretrainedWeightsTests.Make("small").ToBytes().ToArray(), bytes =>
    {
        Seal(bytes);
        PretrainedWeights.Parse(bytes, "here");
    });

    [Fact]
    public void Corrections_of_labels() => Fuzzer.ReadText(
        "corrections", "path,sha256,from,to,reason,by,date\n\"a, b/1.png\",0123abcd,class 1,class 2,\"he said \"\"no\"\"\",me,2026-11-28\n3,,class 3,?,,,\n",
        text => LabelCorrections.Parse(Encoding.UTF8.GetBytes(text), "here").Apply(TinyTraining.Dataset(count: 8)));

    [Fact]
    public void Configurations() => Fuzzer.ReadText("configuration", File.ReadAllText(_run.ConfigurationFile), text =>
    {
        File.WriteAllText(_folder.In("fuzzed.yaml"), text);
        ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("fuzzed.yaml") });
    }, usual: 150);

    [Fact]
    public void Model_files() => Fuzzer.ReadText("model", """
        name: net
        input: 28x28x1
        layers:
          - conv2d: {output_channels: 8, kernel: 3, padding: 1}
          - batch_norm2d
          - residual:
              - conv2d: {output_channels: 8, kernel: [3, 1], padding: [1, 0]}
              - relu
          - concat:
              branches:
                - - conv2d: {output_channels: 4, kernel: 1}
                - - max_pool2d: {kernel: 3, stride: 1, padding: 1}
          - dropout: 0.2
          - global_average_pool
          - linear: classes
        """, text => ModelFile.Parse(text, "here", 10, new FeatureShape(28, 28, 1)));

    [Fact]
    public void Sweep_files() => Fuzzer.ReadText("sweep", """
        program: train.py
        method: bayes
        run_cap: 20
        metric: {name: val_loss, goal: minimize, target: 0.2}
        parameters:
          optimizer: {values: [adam, sgd], probabilities: [0.4, 0.6]}
          learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 0.1}
          model: {parameters: {dropout: {distribution: q_uniform, min: 0.0, max: 0.5, q: 0.1}}}
          augmentation.brightness: {distribution: normal, mu: 1.5, sigma: 0.3}
          epochs: {min: 2, max: 9}
          training.batch_size: {value: 64}
        early_terminate: {type: hyperband, min_iter: 2, eta: 3}
        weft: {seed: 1, parallel: 8, keep_best: 3, recipe: cnn5}
        """, text => SweepFile.Parse(text, "here"), usual: 300);

    [Fact]
    public void Notes_of_trials() => Fuzzer.ReadText(
        "trial", "{\"v\":1,\"sweep\":\"wide\",\"trial\":17,\"finalist\":false,\"released\":true}",
        text => TrialNote.Parse(Encoding.UTF8.GetBytes(text), "here"));

    [Fact]
    public void Tables_of_finals() => Fuzzer.ReadText(
        "finals", "contender,label,seeds,metric,mean,told_apart,luck,chosen\ndefault,\"the default, as it is\",2,validation_loss,0.5,,,\n"
            + "0007,trial 7,2,validation_loss,0.4,yes,0.01,yes\n", text => FinalsFile.Parse(text, "here"));

    // What the long form has found, each kept as it was.
    [Theory]
    [InlineData("layers: [!!$$$[x]]")]
    [InlineData("layers: [!<%>x]")]
    [InlineData("layers: {!!: x}")]
    public void Yaml_that_ended_the_parser_with_an_error_of_its_own(string text)
    {
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => ModelFile.Parse(text, "here", 10, new FeatureShape(28, 28, 1))).Kind);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => SweepFile.Parse(text, "here")).Kind);
        File.WriteAllText(_folder.In("fuzzed.yaml"), text);
        Assert.Equal(
            ErrorKind.InvalidInput,
            Assert.Throws<WeftException>(() => ConfigurationResolver.Resolve(new ConfigurationSources { File = _folder.In("fuzzed.yaml") })).Kind);
    }

    [Fact]
    public void Prediction_tables() =>
        Fuzzer.ReadText("predictions", "index,label,prediction,loss,p0,p1\n0,1,1,0.105,0.1,0.9\n1,0,1,1.2,0.3,0.7\n", text =>
            PredictionTable.ReadCsv(new StringReader(text), "here"));

    private static void Seal(byte[] bytes)
    {
        if (CheckpointSeal.Verify(bytes) is { } damage && damage.Expected.StartsWith("SHA-256", StringComparison.Ordinal))
            CheckpointSeal.Apply(bytes);
    }

    // Most of a checkpoint is numbers, any of which may be any: what is wrong here lies in the header.
    private static void Headers(string name, byte[] right, Action<byte[]> read)
    {
        var end = 8 + (int)BitConverter.ToUInt64(right);
        read([.. right]);
        Fuzzer.Read(name, 300, mutator =>
        {
            var header = Encoding.UTF8.GetBytes(mutator.Mutate(Encoding.UTF8.GetString(right[8..end])));
            return (byte[])[.. BitConverter.GetBytes((ulong)header.Length), .. header, .. right[end..]];
        }, read);
    }

    private static string WithoutChecksum(string line) => line.LastIndexOf(",\"crc\"", StringComparison.Ordinal) is var at and > 0 ? line[..at] + "}" : line;
}
