using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>
/// A line of <c>events.jsonl</c>: an object whose last key, <c>crc</c>, is the CRC-32 of the object without that key, so that a flipped bit shows. Lines of
/// 0.1 have no such key.
/// </summary>
internal static class RunEventLine
{
    private const string ChecksumOpening = ",\"crc\":\"";
    private const string ChecksumClosing = "\"}";
    private const int ChecksumDigits = 8;

    private static readonly HashSet<string> KnownTypes =
        [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(type => (string)type.TypeDiscriminator!)];

    public static string Write(RunEvent e)
    {
        var json = JsonSerializer.Serialize(e, RunEventJson.Default.RunEvent);
        return json[..^1] + ChecksumOpening + LineChecksum.Of(Encoding.UTF8.GetBytes(json)) + ChecksumClosing;
    }

    /// <summary>Null for a line that is no event: torn, damaged, impossible, or of a type this version does not know but may skip.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: written by a newer version.</exception>
    public static RunEvent? Read(string line, string where)
    {
        try
        {
            if (!IsUndamaged(line))
                return null;
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            if (document.RootElement.TryGetProperty("v", out var version) && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out var number) && number > RunEvent.CurrentVersion)
                throw FormatVersion.Newer(where, RunEvent.CurrentVersion, number);
            return document.RootElement.Deserialize(RunEventJson.Default.RunEvent) is { } happened && RunEventChecks.IsPossible(happened) ? happened : null;
        }
        catch (Exception damage) when (damage is JsonException or NotSupportedException or InvalidOperationException or FormatException)
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
            return IsUndamaged(line) && document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("v", out _)
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && !KnownTypes.Contains(type.GetString()!);
        }
        catch (Exception damage) when (damage is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsUndamaged(string line)
    {
        var end = line.Length - ChecksumClosing.Length - ChecksumDigits;
        if (end < ChecksumOpening.Length || !line.EndsWith(ChecksumClosing, StringComparison.Ordinal)
            || string.CompareOrdinal(line, end - ChecksumOpening.Length, ChecksumOpening, 0, ChecksumOpening.Length) != 0)
            return true; // it carries none
        var json = string.Concat(line.AsSpan(0, end - ChecksumOpening.Length), "}");
        return line.AsSpan(end, ChecksumDigits).SequenceEqual(LineChecksum.Of(Encoding.UTF8.GetBytes(json)));
    }
}
