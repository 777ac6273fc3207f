using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>A line of a file that only grows by records: a JSON object with its version, <c>v</c>, and its checksum (<see cref="LineChecksum"/>).</summary>
internal static class RecordLine
{
    /// <summary>Null for a line that is no such record: torn, damaged, impossible, or of a type that this version does not know.</summary>
    /// <param name="where">The file, for the error.</param>
    /// <param name="currentVersion">The newest that this program knows.</param>
    /// <param name="isPossible">Whether a record says something that can have happened.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: written by a newer version.</exception>
    public static T? Read<T>(string line, string where, JsonTypeInfo<T> type, int currentVersion, Func<T, bool> isPossible) where T : class
    {
        try
        {
            if (!LineChecksum.IsUndamaged(line))
                return null;
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            if (document.RootElement.TryGetProperty("v", out var version) && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out var number) && number > currentVersion)
                throw FormatVersion.Newer(where, currentVersion, number);
            return document.RootElement.Deserialize(type) is { } read && isPossible(read) ? read : null;
        }
        catch (Exception damage) when (damage is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
