using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What a run knows of the sweep that trained it: <c>trial.json</c> in its folder.</summary>
/// <param name="Sweep">The sweep's name.</param>
/// <param name="Trial">Its number there; of a finalist that of the trial whose settings it has.</param>
internal sealed record TrialNote(string Sweep, int Trial)
{
    public const int CurrentVersion = 1;

    private const int MaximumBytes = 1 << 16;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    /// <value>Whether a fresh seed trained it, after the search.</value>
    [JsonPropertyName("finalist")]
    public bool IsFinalist { get; init; }

    /// <value>Whether its checkpoints were deleted, since other trials were better and the sweep keeps those of a few.</value>
    [JsonPropertyName("released")]
    public bool IsReleased { get; init; }

    /// <summary>Null where the run is of no sweep.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: it is no such note; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public static TrialNote? Read(RunFolder run)
    {
        try
        {
            return PathKinds.Of(run.TrialFile) == PathKind.Absent ? null : Parse(RegularFile.ReadOwn(run.TrialFile, MaximumBytes), run.TrialFile);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"what the run {run.Name} knows of its sweep cannot be read", run.TrialFile);
        }
    }

    /// <param name="where">Named in errors.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: it is no such note; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    internal static TrialNote Parse(ReadOnlySpan<byte> json, string where)
    {
        var found = "values that no trial has";
        try
        {
            var read = JsonSerializer.Deserialize(json, TrialNoteJson.Default.TrialNote);
            if (read is { Version: > CurrentVersion })
                throw FormatVersion.Newer(where, CurrentVersion, read.Version);
            if (read is { Version: >= 1, Sweep.Length: > 0, Trial: >= 0 })
                return read;
        }
        catch (JsonException damage)
        {
            found = damage.Message;
        }

        throw new WeftException(ErrorKind.StoreDamaged, "what the run knows of its sweep is damaged")
        {
            Where = where, Expected = "what weft sweep wrote", Found = found, Safe = "nothing was changed",
        };
    }

    /// <summary>Writes the note, unless it says the same already. Only the run's owner may.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written.</exception>
    public void Write(RunFolder run)
    {
        if (Read(run) == this)
            return;
        try
        {
            DurableFile.Write(DiskFiles.Instance, run.TrialFile, JsonSerializer.SerializeToUtf8Bytes(this, TrialNoteJson.Default.TrialNote));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"what the run {run.Name} knows of its sweep cannot be written", run.TrialFile, "the run is intact");
        }
    }

    /// <summary>
    /// How many configurations were tried before a run was chosen: those of its sweep, by the highest number of a trial whose run lies beside it. Null for a
    /// run of no sweep.
    /// </summary>
    /// <exception cref="WeftException">As <see cref="Read"/>.</exception>
    public static int? ConfigurationsTried(RunFolder run) => Read(run) is not { } own ? null
        : 1 + Math.Max(own.Trial, LastTrial(new RunStore(Path.GetDirectoryName(run.Path)!), own.Sweep));

    /// <summary>The number of the last trial of a sweep that has a run in that folder of runs, by its name; −1 where none has.</summary>
    public static int LastTrial(RunStore runs, string sweep) => !Directory.Exists(runs.Folder) ? -1 : Directory.EnumerateDirectories(runs.Folder, $"{sweep}-*")
        .Select(path => NumberOf(Path.GetFileName(path).AsSpan(sweep.Length + 1))).DefaultIfEmpty(-1).Max();

    private static int NumberOf(ReadOnlySpan<char> number)
    {
        if (number.IndexOf('-') is >= 0 and var end)
            number = number[..end];
        return number.Length >= 4 && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var trial) ? trial : -1;
    }

    /// <summary>The error for a checkpoint that was deleted with those of the other trials that were not the best; null for a run that has its own.</summary>
    public static WeftException? Released(RunFolder run, Exception? cause = null) => Read(run) is not { IsReleased: true } own ? null
        : new WeftException(
            ErrorKind.NoValidCheckpoint, $"the checkpoints of {run.Name} were deleted: the sweep {own.Sweep} keeps those of its best trials", cause)
        {
            Where = run.CheckpointsFolder, Expected = "a trial among the weft.keep_best best ones, or the default", Found = "a run without checkpoints",
            Safe = "its configuration and its records are intact; the same training gives the same weights", Next = new RetrainWith(run, []),
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TrialNote))]
internal sealed partial class TrialNoteJson : JsonSerializerContext;
