namespace Weft.Training;

/// <summary>What a run recorded, as far as written.</summary>
/// <param name="Rows">A row an epoch; rows that do not match their checksum are left out.</param>
/// <param name="Events">Without a torn last line, damaged lines and unknown events.</param>
/// <param name="Damage">What a person should know of it: how many lines are damaged and left out. Null where all are whole.</param>
internal sealed record RunRecords(IReadOnlyList<MetricsRow> Rows, IReadOnlyList<RunEvent> Events, string? Damage)
{
    /// <inheritdoc cref="RunReader.Best"/>
    public MetricsRow? Best => Rule.Best(Rows);

    /// <value>Which epoch is the best. Default: the one with the highest accuracy.</value>
    internal BestRule Rule { get; init; } = BestRule.Usual;

    internal static string? DescribeDamage(int damagedRows, int damagedLines) => (damagedRows, damagedLines) switch
    {
        (0, 0) => null,
        (var some, 0) => $"{some} rows of metrics.csv do not match their checksum and are left out",
        (0, var some) => $"{some} lines of events.jsonl are damaged and left out",
        var (some, lines) => $"{some} rows of metrics.csv and {lines} lines of events.jsonl are damaged and left out",
    };
}
