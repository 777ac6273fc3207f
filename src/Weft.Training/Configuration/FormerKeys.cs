namespace Weft.Training;

/// <summary>How earlier versions wrote what is written otherwise now: in configurations, and in what a checkpoint remembers of one.</summary>
internal static class FormerKeys
{
    // A schedule's factor was none for "as this schedule usually has it".
    private const string Factor = "schedule.factor";

    /// <summary>Keys that have another name now, with that name.</summary>
    public static IReadOnlyDictionary<string, string> Renamed { get; } =
        new Dictionary<string, string> { ["training.label_smoothing"] = "loss.label_smoothing" };

    /// <summary>Today's name of a key.</summary>
    public static string Now(string key) => Renamed.GetValueOrDefault(key, key);

    /// <summary>Whether the text once stood for the default of the chosen record.</summary>
    public static bool IsDefault(string key, string text) => key == Factor && text is ("none" or "null" or "~" or "");

    /// <summary>What a checkpoint remembers of a configuration, as today's program reads and writes it.</summary>
    public static IEnumerable<(string Key, string Text)> Now(IReadOnlyDictionary<string, string> values, RunConfiguration configuration) =>
        values.Select(value =>
    {
        var key = Now(value.Key);
        var known = IsDefault(key, value.Value) ? ConfigurationTable.Find(key, configuration) : null;
        return (key, known is null ? value.Value : OptionKey.Write(known.DefaultValue));
    });
}
