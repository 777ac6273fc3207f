using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>A run's folder with curves like a training's, made in a moment and continued at will.</summary>
internal sealed class SyntheticRun
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly StringBuilder _events = new();
    private readonly StringBuilder _metrics = new();
    private readonly int _stepsPerEpoch;
    private readonly Random _noise;
    private readonly double _pace;
    private DateTimeOffset _time;

    public SyntheticRun(string runs, string name, int seed = 1, int epochs = 200, int stepsPerEpoch = 430, IReadOnlyList<string>? classes = null)
    {
        Folder = new RunFolder(Path.Combine(runs, name));
        (Epochs, _stepsPerEpoch, _noise) = (epochs, stepsPerEpoch, new Random(seed));
        _pace = 0.6 + _noise.NextDouble();
        _time = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero).AddMinutes(seed);
        Directory.CreateDirectory(Folder.Path);
        File.WriteAllText(Folder.InformationFile, JsonSerializer.Serialize(Information(name, seed, _time, classes), Json));
        _metrics.Append(MetricsRow.Header).Append('\n');
        Tell(new RunStarted(42, "desk", 2, epochs, stepsPerEpoch));
    }

    public RunFolder Folder { get; }

    public int Epochs { get; }

    public int EpochsDone { get; private set; }

    public static RunInformation Information(string name, int seed, DateTimeOffset started, IReadOnlyList<string>? classes = null) => new()
    {
        Name = name, Model = seed % 3 == 0 ? "cnn5"
            : "cnn4", Recipe = "tuned/cnn4", Seed = seed, Started = started, CommandLine = ["weft", "train", "--name", name],
        Machine = new RunMachine("desk", "Linux", "A processor", 2, 2, 256, ".NET 10", "0.1.0", "abc1234567890"),
        Data = new RunData("fashion-mnist", new string('a', 64), 55_000, 5000, 0, [0.5], [0.25], classes ?? ["boot", "bag", "coat"]),
        ParameterCount = 419_000 + seed,
    };

    public SyntheticRun Tell(RunEvent happened)
    {
        _events.Append(JsonSerializer.Serialize(happened with { Time = _time }, Json)).Append('\n');
        return this;
    }

    /// <summary>Steps of the epoch after <see cref="EpochsDone"/>, each tenth told.</summary>
    public SyntheticRun Steps(int from, int to, int every = 10)
    {
        for (var step = from; step <= to; step += every)
        {
            _time = _time.AddSeconds(0.3 * every / 10);
            var at = EpochsDone + (double)step / _stepsPerEpoch;
            Tell(new StepDone(EpochsDone + 1, EpochsDone * (long)_stepsPerEpoch + step, Loss(at) * 1.1,
                Accuracy(at), Rate(at), 4200 + 40 * _noise.NextDouble()));
        }
        return this;
    }

    /// <summary>Whole epochs, up to and with number <paramref name="last"/>.</summary>
    public SyntheticRun EpochsUpTo(int last, int stepsEvery = 10, bool observed = false)
    {
        while (EpochsDone < last)
        {
            Steps(stepsEvery, _stepsPerEpoch, stepsEvery);
            var epoch = EpochsDone + 1;
            _time = _time.AddSeconds(1);
            Tell(new SystemSampled(epoch * (long)_stepsPerEpoch, 0.97, 240_000_000 + epoch * 10_000, 0.02, 4000, 0.01));
            if (observed)
                Tell(new EpochObserved(epoch, epoch * (long)_stepsPerEpoch, 3, [90, 6, 4, 2, 95, 3, 8, 1, 91],
                    new ScoreCounts(51, new int[153], new int[153]), [0.5f, 0.25f, 0.25f],
                    [new TensorHistogram("conv1.weight", -1, 1, new long[30])], [new TensorHistogram("conv1.weight", -0.1, 0.1, new long[30])]));
            var row = new MetricsRow(epoch, epoch * (long)_stepsPerEpoch, Loss(epoch), Accuracy(epoch), Loss(epoch) * 1.05 + 0.02 * _noise.NextDouble(),
                Accuracy(epoch) - 0.01 * _noise.NextDouble(), Rate(epoch), 13.7, 4200);
            _metrics.Append(row.ToCsv()).Append('\n');
            Tell(new EpochDone(row.Epoch, row.Step, row.TrainLoss, row.TrainAccuracy, row.ValidationLoss, row.ValidationAccuracy,
                row.LearningRate, row.Seconds, row.ImagesPerSecond, false));
            EpochsDone = epoch;
        }
        return this;
    }

    public SyntheticRun Stop(string reason = StopReasons.Completed, string detail = "all epochs are done") =>
        Tell(new RunStopped(reason, detail, EpochsDone, EpochsDone * (long)_stepsPerEpoch));

    /// <summary>Appends to the files what was told since.</summary>
    public SyntheticRun Write()
    {
        File.AppendAllText(Folder.MetricsFile, _metrics.ToString());
        File.AppendAllText(Folder.EventsFile, _events.ToString());
        _metrics.Clear();
        _events.Clear();
        return this;
    }

    /// <summary>Writes the same story under another name, without telling it again.</summary>
    public void WriteCopy(string runs, string name, int seed)
    {
        var folder = new RunFolder(Path.Combine(runs, name));
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(folder.InformationFile,
            JsonSerializer.Serialize(Information(name, seed, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(seed)), Json));
        File.WriteAllText(folder.MetricsFile, _metrics.ToString());
        File.WriteAllText(folder.EventsFile, _events.ToString());
    }

    /// <summary>Makes the run one that a process trains, until disposed.</summary>
    public IDisposable Train()
    {
        if (!File.Exists(Folder.LockFile()))
            File.WriteAllText(Folder.LockFile(), "");
        return RunLock.Take(Folder);
    }

    private double Loss(double epoch) => 0.25 + 2.0 * Math.Exp(-epoch * _pace / 6) + 0.03 * _noise.NextDouble();

    private double Accuracy(double epoch) => 0.94 - 0.8 * Math.Exp(-epoch * _pace / 5) + 0.005 * _noise.NextDouble();

    private double Rate(double epoch) => 0.05 * (1 + Math.Cos(Math.PI * epoch / Epochs)) / 2;
}

internal static class RunFolderFiles
{
    public static string LockFile(this RunFolder folder) => Path.Combine(folder.Path, "run.lock");

    /// <summary>Everything below a folder: names, sizes, contents, times of change.</summary>
    public static string Fingerprint(string folder)
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            text.Append(path).Append(File.GetLastWriteTimeUtc(path).Ticks.ToString(CultureInfo.InvariantCulture));
            if (File.Exists(path))
                text.Append(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
            text.Append('\n');
        }
        return text.ToString();
    }
}
