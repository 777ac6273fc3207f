using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>A line of the ledger.</summary>
/// <param name="DataFingerprint">The fingerprint that the run's earlier evaluation found for the test images; null where there was none: a line is written
/// before they are opened.</param>
public sealed record TestOpening(
    [property: JsonPropertyName("v")] int Version, DateTimeOffset Time, string Run, string Checkpoint, string? DataFingerprint = null)
{
    /// <value>How many configurations the sweep had tried that the run comes from. Default: null, it comes from none.</value>
    public int? Configurations { get; init; }
}

/// <summary>What a ledger says.</summary>
/// <param name="Openings">Oldest first.</param>
/// <param name="DamagedLines">Lines that cannot be read: each may have been an opening.</param>
public sealed record TestOpenings(IReadOnlyList<TestOpening> Openings, int DamagedLines)
{
    /// <summary>Several ledgers as one.</summary>
    public static TestOpenings Of(IEnumerable<TestLedger> ledgers)
    {
        var all = ledgers.Select(ledger => ledger.Read()).ToList();
        return new TestOpenings([.. all.SelectMany(one => one.Openings).Distinct().OrderBy(opening => opening.Time)], all.Sum(one => one.DamagedLines));
    }
}

/// <summary>
/// Who looked at the test images, and when: <c>test_ledger.jsonl</c> in the folder of all runs. A result counts for less the more often they were looked at.
/// </summary>
public sealed class TestLedger(string runsFolder, TimeProvider? clock = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>The ledger next to a run: in the folder that holds it.</summary>
    public static TestLedger Of(RunFolder run) => new(System.IO.Path.GetDirectoryName(run.Path)!);

    public string Path { get; } = System.IO.Path.Combine(runsFolder, "test_ledger.jsonl");

    /// <summary>All openings so far. A line that is damaged, or still being written, is counted and passed over.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: it is there and cannot be read.</exception>
    public TestOpenings Read()
    {
        try
        {
            if (PathKinds.Of(Path) == PathKind.Absent)
                return new TestOpenings([], 0);
            using var reader = new StreamReader(RegularFile.OpenOwn(Path));
            var (openings, damaged) = (new List<TestOpening>(), 0);
            while (reader.ReadLine() is { } line)
            {
                if (Parse(line) is { } opening)
                    openings.Add(opening);
                else if (line.Length > 0)
                    damaged++;
            }

            return new TestOpenings(openings, damaged);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the ledger of test openings cannot be read", Path, "nothing was changed");
        }
    }

    /// <summary>
    /// The one way to the test images of a run's data: the opening is noted first, and they are compared with those of the run's earlier evaluation.
    /// </summary>
    /// <param name="advice">As <see cref="RunChecks"/> takes it.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetMissing"/> or <see cref="ErrorKind.DatasetDamaged"/>: a test file is missing or damaged;
    /// <see cref="ErrorKind.DatasetMismatch"/>: they are other ones than before; <see cref="ErrorKind.StoreBusy"/>: another process keeps the ledger locked;
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written.
    /// </exception>
    public ImageSamples Open(CheckpointReference checkpoint, ImageDataset dataset, NextStep advice)
    {
        var before = RunResult.FingerprintOf(checkpoint.Run, EvaluationSplit.Test);
        if (!dataset.HasTest)
            dataset.LoadTest(); // which says so; nothing was opened that could be noted
        Note(checkpoint, before);
        var images = Load(dataset, advice);
        RunChecks.RequireSameTestImages(checkpoint.Run, before, images, dataset, advice);
        return images;
    }

    /// <summary>Appends a line and returns when it is on the device.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreBusy"/>: another process keeps it locked; <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be
    /// written.
    /// </exception>
    internal void Note(CheckpointReference checkpoint, string? fingerprint = null)
    {
        var opening = new TestOpening(1, _clock.GetUtcNow(), checkpoint.Run.Name, checkpoint.Name, fingerprint)
        {
            Configurations = TrialNote.ConfigurationsTried(checkpoint.Run),
        };
        try
        {
            using var file = Open();
            var isTorn = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes((isTorn ? "\n" : "") + LineOf(opening)));
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the ledger of test openings cannot be written", Path, "the test images were not opened");
        }
    }

    internal static string LineOf(TestOpening opening) => JsonSerializer.Serialize(opening, TestLedgerJson.Default.TestOpening) + "\n";

    private static ImageSamples Load(ImageDataset dataset, NextStep advice)
    {
        try
        {
            return dataset.LoadTest();
        }
        catch (WeftException bad)
        {
            throw bad.With(
                "the run was not changed; the opening is noted in the ledger", bad.Kind == ErrorKind.DatasetMissing || bad.Next is null ? advice : bad.Next);
        }
    }

    private static TestOpening? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, TestLedgerJson.Default.TestOpening) is { Run: not null, Checkpoint: not null } opening ? opening : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private FileStream Open()
    {
        var begun = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                return RegularFile.OpenOwn(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException busy) when (File.Exists(Path) && busy is not (FileNotFoundException or DirectoryNotFoundException or NotRegularFileException))
            {
                if (_clock.GetElapsedTime(begun) > Patience)
                {
                    throw new WeftException(ErrorKind.StoreBusy, "another process keeps the ledger of test openings locked", busy)
                    {
                        Where = Path, Safe = "the test images were not opened", Next = new Advice("run the command again when the other process has ended"),
                    };
                }

                Thread.Sleep(Pause);
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TestOpening))]
internal sealed partial class TestLedgerJson : JsonSerializerContext;
