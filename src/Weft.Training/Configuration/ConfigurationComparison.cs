namespace Weft.Training;

/// <summary>A key in which two configurations differ.</summary>
internal sealed record ConfigurationDifference(string Key, string Left, string Right);

internal static class ConfigurationComparison
{
    /// <summary>
    /// The keys whose values differ, in the table's order; empty for equal configurations. A key of one side's optimizer or schedule alone differs too.
    /// </summary>
    public static IReadOnlyList<ConfigurationDifference> Of(RunConfiguration left, RunConfiguration right) =>
    [
        .. ConfigurationTable.Of(left).Concat(ConfigurationTable.Of(right)).Select(key => key.Name).Distinct()
            .Select(name => new ConfigurationDifference(name, Read(name, left), Read(name, right)))
            .Where(difference => difference.Left != difference.Right),
    ];

    private static string Read(string name, RunConfiguration configuration) => ConfigurationTable.Find(name, configuration)?.Read(configuration) ?? "not used";
}
