namespace Weft.Training;

/// <summary>A line of <c>trials.jsonl</c>: an object whose last key, <c>crc</c>, is its checksum.</summary>
internal static class SweepEventLine
{
    /// <summary>Null for a line that is damaged or says what cannot be.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.NewerFormat"/>: written by a newer version.</exception>
    public static SweepEvent? Read(string line, string where) =>
        RecordLine.Read(line, where, SweepEventJson.Default.SweepEvent, SweepEvent.CurrentVersion, IsPossible);

    private static bool IsPossible(SweepEvent happened) => happened.Version >= 1 && happened switch
    {
        TrialProposed proposed => proposed.Settings.All(text => text is not null),
        TrialReported reported => reported.Epoch is >= 1 and <= RunLimits.Epochs && RunLimits.IsShare(reported.Accuracy),
        TrialEnded ended => Enum.IsDefined(ended.State),
        _ => true,
    };
}
