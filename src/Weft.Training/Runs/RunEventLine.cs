using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>A line of <c>events.jsonl</c>.</summary>
internal static class RunEventLine
{
    private static readonly HashSet<string> KnownTypes =
        [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(type => (string)type.TypeDiscriminator!)];

    public static string Write(RunEvent e) => JsonSerializer.Serialize(e, RunEventJson.Default.RunEvent);

    /// <summary>Null for a line that is no event (torn, or of a type this version does not know but may skip).</summary>
    /// <exception cref="WeftException">Exit 33: written by a newer version.</exception>
    public static RunEvent? Read(string line, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            if (document.RootElement.TryGetProperty("v", out var version) && version.TryGetInt32(out var number) && number > RunEvent.CurrentVersion)
                throw FormatVersion.Newer(where, RunEvent.CurrentVersion, number);
            return document.RootElement.Deserialize(RunEventJson.Default.RunEvent);
        }
        catch (Exception damage) when (damage is JsonException or NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the line is an event of a type that came after this version; otherwise, what <see cref="Read"/> gives null for is damage.</summary>
    public static bool IsOfUnknownType(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("v", out _)
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !KnownTypes.Contains(type.GetString()!);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
