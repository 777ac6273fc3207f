using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.Interchange.Tests;

/// <summary>A run's folder with events of our choice, as a training would have written them.</summary>
internal sealed class FakeRun
{
    public static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public FakeRun(string runs, string name = "cnn4-1")
    {
        Folder = new RunFolder(Path.Combine(runs, name));
        Directory.CreateDirectory(Folder.CheckpointsFolder);
        File.WriteAllText(Folder.ConfigurationFile, ConfigurationResolver.Resolve(new ConfigurationSources()).ToYaml());
        File.WriteAllText(Folder.InformationFile, JsonSerializer.Serialize(Information(name), Json));
        File.WriteAllBytes(Folder.BestCheckpoint, [1, 2, 3]);
        File.WriteAllText(Folder.EventsFile, "");
    }

    public RunFolder Folder { get; }

    public RunReader Reader => new(Folder);

    public static RunInformation Information(string name) => new()
    {
        Name = name, Model = "cnn4", Seed = 7, Started = Start, CommandLine = ["weft", "train", "--model", "cnn4"],
        Machine = new RunMachine("desk", "Linux", "A processor", 2, 2, 256, ".NET 10", "0.1.0", "abc123"),
        Data = new RunData("fashion-mnist", new string('a', 64), 90, 10, 0, [0.5], [0.25], ["boot", "bag"]), ParameterCount = 1234,
    };

    public static string Line(RunEvent happened) => JsonSerializer.Serialize(happened, Json) + "\n";

    public void Append(params IEnumerable<RunEvent> events) => File.AppendAllText(Folder.EventsFile, string.Concat(events.Select(Line)));

    public void AppendText(string text) => File.AppendAllText(Folder.EventsFile, text);

    /// <summary>A first process: its beginning, epochs of 20 steps told every 10, and its end.</summary>
    public static IEnumerable<RunEvent> Training(int epochs, string? reason = StopReasons.Completed, int firstEpoch = 1, double fromSecond = 0)
    {
        var time = Start.AddSeconds(fromSecond);
        RunEvent At(RunEvent happened) => happened with { Time = time = time.AddSeconds(0.25) };
        yield return At(firstEpoch == 1 ? new RunStarted(42, "desk", 2, epochs, 20)
            : new RunResumed(43, "desk", 2, firstEpoch, (firstEpoch - 1) * 20, epochs, 20));
        if (firstEpoch == 1)
            yield return At(Samples);
        for (var epoch = firstEpoch; epoch <= epochs; epoch++)
        {
            for (var half = 1; half <= 2; half++)
                yield return At(new StepDone(epoch, (epoch - 1) * 20 + half * 10, 2.5 / epoch, 0.5 + 0.001 * epoch, 0.05, 1234.5));
            yield return At(new SystemSampled(epoch * 20, 0.75, 123_456_789, 0.01, 1200.5, 0.02));
            yield return At(Observed(epoch));
            yield return At(Epoch(epoch));
            yield return At(new CheckpointSaved("last.safetensors", epoch, epoch * 20, 0));
        }

        if (reason is not null)
            yield return At(new RunStopped(reason, "as asked", epochs, epochs * 20));
    }

    public static SamplesChosen Samples => new([5, 9], [0, 1], 2, 3, 1, [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 20))]);

    public static EpochDone Epoch(int epoch) => new(epoch, epoch * 20, 2.0 / epoch, 0.5, 1.5 / epoch, 0.6 + 0.001 * epoch, 0.05, 12.5, 4000, true);

    public static EpochObserved Observed(int epoch) => new(
        epoch, epoch * 20, 2, [4, 1, 0, 5], new ScoreCounts(3, [1, 1, 3, 0, 2, 3], [3, 1, 1, 4, 1, 0]), [0.75f, 0.25f, 0.125f, 0.875f],
        [new TensorHistogram("conv1.weight", -1, 2, [1, 2, 3])], [new TensorHistogram("conv1.weight", -0.1, 0.1, [4, 5])]);

    /// <summary>Where the owner of the run keeps its lock.</summary>
    public RunLock Own() => RunLock.Take(Folder);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
