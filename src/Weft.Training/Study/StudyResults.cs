using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>One run of a finished study, in the words of <c>summary.json</c>.</summary>
internal sealed record StudyRow
{
    public required string Model { get; init; }

    public required string Recipe { get; init; }

    public required long Seed { get; init; }

    public required int Epochs { get; init; }

    public required long Parameters { get; init; }

    public required long? FlopsPerImage { get; init; }

    public required double TrainSeconds { get; init; }

    public required double? ValidationAccuracy { get; init; }

    public required double TestAccuracy { get; init; }

    public required double TestAccuracyLow { get; init; }

    public required double TestAccuracyHigh { get; init; }

    public required int TestCorrect { get; init; }

    public required int TestCount { get; init; }

    public required bool Tta { get; init; }

    public required int TtaShift { get; init; }

    public required double? StudyAccuracy { get; init; }

    public required string Command { get; init; }

    public required string Machine { get; init; }

    public required DateTimeOffset Date { get; init; }

    public static StudyRow Of(StudyMember member, RunResult result, string command)
    {
        var information = result.Run.Information;
        var machine = information.Machine;
        return new StudyRow
        {
            Model = information.Model,
            Recipe = member.Recipe,
            Seed = member.Seed,
            Epochs = result.Epochs,
            Parameters = information.ParameterCount,
            FlopsPerImage = information.FlopsPerImage,
            TrainSeconds = Math.Round(result.Trained.TotalSeconds, 1),
            ValidationAccuracy = result.ValidationAccuracy,
            TestAccuracy = result.Accuracy,
            TestAccuracyLow = result.Interval.Low,
            TestAccuracyHigh = result.Interval.High,
            TestCorrect = result.Correct,
            TestCount = result.Predictions.Count,
            Tta = result.Augmentation.Mirrored,
            TtaShift = result.Augmentation.Shift,
            StudyAccuracy = PublishedAccuracy.Of(member.Network),
            Command = command,
            Machine = string.Create(CultureInfo.InvariantCulture,
                $"{machine.Processor}, {machine.Threads} threads, {machine.VectorBits}-bit vectors, {machine.Runtime}, {machine.OperatingSystem}"),
            Date = information.Started,
        };
    }
}

/// <summary>
/// Writes what a study found so that it can be kept with the code: <c>summary.json</c>, the ledger of test openings, and for every run its configuration,
/// metrics and predictions. Nothing in it tells where on a disk the runs were.
/// </summary>
internal static class StudyResults
{
    private const int Decimals = 4; // of probabilities: a third of the size, and no comparison looks closer

    /// <param name="folder">Made if it is not there; files of the same names are replaced.</param>
    /// <param name="rows">With the runs they describe.</param>
    /// <param name="openings">Every opening of the test images.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written.</exception>
    public static void Write(string folder, IReadOnlyList<(StudyMember Member, StudyRow Row, RunResult Result)> rows, TestOpenings openings)
    {
        try
        {
            foreach (var (member, _, result) in rows)
            {
                if (Path.Combine(folder, member.RunName) is var path && path != result.Run.Folder.Path)
                    WriteRun(path, result);
            }

            var summary = JsonSerializer.SerializeToUtf8Bytes([.. rows.Select(row => row.Row)], StudyJson.Default.ListStudyRow);
            WriteFile(Path.Combine(folder, "summary.json"), Encoding.UTF8.GetString(summary) + "\n");
            WriteFile(new TestLedger(folder).Path, string.Concat(openings.Openings.Select(opening => TestLedger.LineOf(opening))));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unwritable(folder, failure);
        }
    }

    /// <summary>Writes one more file of the results.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>.</exception>
    public static void WriteText(string folder, string name, string text)
    {
        try
        {
            WriteFile(Path.Combine(folder, name), text);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unwritable(folder, failure);
        }
    }

    private static WeftException Unwritable(string folder, Exception failure) => DiskFailure.ToError(
        failure, "the study's results cannot be written", folder, "the runs are intact",
        new Advice("write them elsewhere by --out DIR; nothing is trained again"));

    private static void WriteRun(string folder, RunResult result)
    {
        var run = result.Run;
        // Where the data were is nobody's business and is elsewhere on the next machine.
        var lines = TextOf(run.Folder.ConfigurationFile)
            .TrimEnd('\n')
            .Split('\n')
            .Select(line => line.StartsWith("  folder:", StringComparison.Ordinal) ? "  folder: none  # default" : line);
        WriteFile(Path.Combine(folder, "config.yaml"), string.Join('\n', lines) + "\n");
        if (RegularFile.Exists(run.Folder.ModelFile))
            WriteFile(Path.Combine(folder, RunFolder.ModelFileName), TextOf(run.Folder.ModelFile));
        WriteFile(Path.Combine(folder, "metrics.csv"), TextOf(run.Folder.MetricsFile));
        var information = run.Information;
        var published = information with
        {
            CommandLine = ["weft", "train", "--config", "config.yaml"],
            Machine = information.Machine with { Name = "" },
            Data = information.Data with { Folder = null },
        };
        WriteFile(Path.Combine(folder, "run.json"), JsonSerializer.Serialize(published, RunInformationJson.Default.RunInformation) + "\n");
        var split = result.Split.ToString().ToLowerInvariant();
        var from = run.Folder.EvaluationFolder(split);
        var to = Path.Combine(folder, "eval", split);
        var table = new StringWriter(CultureInfo.InvariantCulture);
        result.Predictions.WriteCsv(table, Decimals);
        WriteFile(Path.Combine(to, "predictions.csv"), table.ToString());
        foreach (var name in new[] { "per_class.csv", "confusion_matrix.csv" })
            WriteFile(Path.Combine(to, name), TextOf(Path.Combine(from, name)));
        WriteFile(Path.Combine(to, EvaluationFiles.MetricsName),
            JsonSerializer.Serialize(result.Metrics with { Run = run.Folder.Name }, EvaluationJson.File) + "\n");
    }

    private static string TextOf(string path) => Encoding.UTF8.GetString(RegularFile.ReadOwn(path, Array.MaxLength));

    private static void WriteFile(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Write(DiskFiles.Instance, path, Encoding.UTF8.GetBytes(text));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(List<StudyRow>))]
internal sealed partial class StudyJson : JsonSerializerContext;
