namespace Weft.Training;

/// <summary>A key in which two configurations differ.</summary>
public sealed record ConfigurationDifference(string Key, string Left, string Right);

public static class ConfigurationComparison
{
    /// <summary>The keys whose values differ, in the table's order; empty for equal configurations.</summary>
    public static IReadOnlyList<ConfigurationDifference> Of(RunConfiguration left, RunConfiguration right) =>
    [
        .. ConfigurationTable.Keys
            .Select(key => new ConfigurationDifference(key.Name, key.Read(left), key.Read(right)))
            .Where(difference => difference.Left != difference.Right),
    ];
}
