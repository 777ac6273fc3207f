using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>
/// A line of <c>events.jsonl</c>: an object whose last key, <c>crc</c>, is the CRC-32 of the object without that key, so that a flipped bit shows. Lines of
/// 0.1 have no such key.
/// </summary>
internal static class RunEventLine
{
    private static readonly HashSet<string> KnownTypes =
        [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(type => (string)type.TypeDiscriminator!)];

    public static string Write(RunEvent e) => LineChecksum.Seal(JsonSerializer.Serialize(e, RunEventJson.Default.RunEvent));

    /// <summary>Null for a line that is no event: torn, damaged, impossible, or of a type this version does not know but may skip.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: written by a newer version.</exception>
    public static RunEvent? Read(string line, string where) =>
        RecordLine.Read(line, where, RunEventJson.Default.RunEvent, RunEvent.CurrentVersion, RunEventChecks.IsPossible);

    /// <summary>Whether the line is an event of a type that came after this version; otherwise, what <see cref="Read"/> gives null for is damage.</summary>
    public static bool IsOfUnknownType(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return LineChecksum.IsUndamaged(line) && document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("v", out _)
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !KnownTypes.Contains(type.GetString()!);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
