using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>How far a server has taken a run: <c>.tracking/RUN/TARGET.json</c> beside the run's folder. Never holds a key.</summary>
internal sealed record HandOverState
{
    public const int CurrentVersion = 1;

    [JsonPropertyName("v")]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The run's own identity, so that another run of the same name is not mistaken for this one.</summary>
    public required string Run { get; init; }

    public required string Server { get; init; }

    /// <summary>Where the server keeps the run: its id there, or "entity/project/id".</summary>
    public string? Remote { get; init; }

    /// <summary>Lines the server has taken, by file.</summary>
    public IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();

    /// <summary>Files the server has, with their SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>The processes of the run whose end the server knows.</summary>
    public int Sessions { get; init; }
}

/// <summary>Keeps the <see cref="HandOverState"/> of a run and a target.</summary>
internal sealed class HandOverStore
{
    private readonly string _path;

    /// <param name="goOn">Whether something may have been handed over before.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: it was handed over and should not have been, or to another server; <see cref="ErrorKind.StoreDamaged"/>: the state
    /// is damaged; <see cref="ErrorKind.NewerFormat"/>: written by a newer version.
    /// </exception>
    public HandOverStore(TrackedRun run, TrackingTarget target, Uri server, bool goOn)
    {
        // Beside the run's folder, not in it: only the process that trains the run writes there.
        _path = Path.Combine(Path.GetDirectoryName(run.Folder.Path)!, ".tracking", run.Name, target.Name() + ".json");
        State = new HandOverState { Run = Convert.ToHexStringLower(run.Identity), Server = server.ToString() };
        if (WholeFile.Read(_path) is not { } bytes)
            return;
        var found = Parse(bytes);
        if (found.Run != State.Run)
            return; // left by an earlier run of this name
        if (!goOn && found.Remote is not null)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this run was handed over already")
            {
                Where = found.Server, Found = found.Remote, Safe = "nothing was changed", Next = new Advice("add --continue to hand over what is missing"),
            };
        }

        if (found.Remote is not null && found.Server != State.Server)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this run was handed over to another server")
            {
                Where = _path, Expected = found.Server, Found = State.Server, Safe = "nothing was changed",
                Next = new Advice("name the same server, or move the file away to begin anew"),
            };
        }

        State = found;
    }

    public HandOverState State { get; private set; }

    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the disk refuses.</exception>
    public void Save(HandOverState state)
    {
        State = state;
        WholeFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(state, HandOverJson.Default.HandOverState));
    }

    private HandOverState Parse(byte[] bytes)
    {
        try
        {
            var found = JsonSerializer.Deserialize(bytes, HandOverJson.Default.HandOverState) ?? throw new JsonException("null");
            return found.Version <= HandOverState.CurrentVersion ? found : throw FormatVersion.Newer(_path, HandOverState.CurrentVersion, found.Version);
        }
        catch (JsonException damage)
        {
            throw new WeftException(ErrorKind.StoreDamaged, "what was handed over before cannot be read", damage)
            {
                Where = _path, Expected = "a state of tracking", Found = damage.Message, Safe = "the run is whole in its folder",
                Next = new Advice("move the file away and run the command again; the server's own count of lines still prevents doubles"),
            };
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HandOverState))]
internal sealed partial class HandOverJson : JsonSerializerContext;
