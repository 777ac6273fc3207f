using System.Text.Json;

namespace Weft.Training;

/// <summary>A line of <c>events.jsonl</c>.</summary>
internal static class RunEventLine
{
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
}
