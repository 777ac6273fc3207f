using System.Text.Json;

namespace Weft.Training;

/// <summary>A line of <c>trials.jsonl</c>: an object whose last key, <c>crc</c>, is its checksum.</summary>
internal static class SweepEventLine
{
    /// <summary>Null for a line that is damaged or says what cannot be.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: written by a newer version.</exception>
    public static SweepEvent? Read(string line, string where)
    {
        try
        {
            if (!LineChecksum.IsUndamaged(line))
                return null;
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            if (document.RootElement.TryGetProperty("v", out var version) && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out var number) && number > SweepEvent.CurrentVersion)
                throw FormatVersion.Newer(where, SweepEvent.CurrentVersion, number);
            return document.RootElement.Deserialize(SweepEventJson.Default.SweepEvent) is { Version: >= 1 } happened && IsPossible(happened) ? happened : null;
        }
        catch (Exception damage) when (damage is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static bool IsPossible(SweepEvent happened) => happened switch
    {
        TrialProposed proposed => proposed.Settings.All(text => text is not null),
        TrialReported reported => reported.Epoch is >= 1 and <= RunLimits.Epochs && RunLimits.IsShare(reported.Accuracy),
        TrialEnded ended => Enum.IsDefined(ended.State),
        _ => true,
    };
}
