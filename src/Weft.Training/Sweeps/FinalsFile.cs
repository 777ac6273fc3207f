using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>What the fresh seeds of a configuration came to, as the table of a contest says it.</summary>
/// <param name="Contender">"default", or a trial's number with four digits.</param>
/// <param name="Metric">What the values are of.</param>
internal sealed record FinalsRow(string Contender, string Label, int Seeds, string Metric)
{
    /// <value>NaN where no seed came to an end.</value>
    public double Mean { get; init; } = double.NaN;

    /// <value>Over the seeds. Null for one seed.</value>
    public double? Deviation { get; init; }

    /// <value>The mean over the seeds of what the value is above the first row's. Null for the first row.</value>
    public double? Difference { get; init; }

    /// <value>Half the width of the difference's 95 % interval. Null for the first row, or one seed.</value>
    public double? DifferenceMargin { get; init; }

    /// <value>Of McNemar's test after Holm's correction. Null for the first row.</value>
    public double? CorrectedP { get; init; }

    /// <value>Whether it can be told from the first row. Null for that row.</value>
    public bool? ToldApart { get; init; }

    /// <value>The value in the search. Null where nothing searched.</value>
    public double? Searched { get; init; }

    /// <value>What the search promised beyond the mean. Null where nothing searched.</value>
    public double? Luck { get; init; }

    /// <value>Whether it is the row to take.</value>
    public bool IsChosen { get; init; }
}

/// <summary>Reads the table that <see cref="ContestTable.ToCsv"/> writes.</summary>
internal static class FinalsFile
{
    private const int MaximumBytes = 4 << 20;

    /// <summary>The rows, the default first; empty where there is no such file.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.StoreDamaged"/>: it is no such table; <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public static IReadOnlyList<FinalsRow> Read(string path)
    {
        try
        {
            return PathKinds.Of(path) == PathKind.Absent ? [] : Parse(Encoding.UTF8.GetString(RegularFile.ReadOwn(path, MaximumBytes)), path);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the table of the finals cannot be read", path);
        }
    }

    /// <param name="where">Named in errors.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.StoreDamaged"/>: it is no such table.</exception>
    internal static IReadOnlyList<FinalsRow> Parse(string text, string where)
    {
        try
        {
            var rows = DelimitedText.Rows(text, ',').ToList();
            var columns = rows.Count == 0 ? [] : rows[0].Index().ToDictionary(column => column.Item, column => column.Index);
            return [.. rows.Skip(1).Select(row => Row(name => columns.TryGetValue(name, out var at) && at < row.Length ? row[at] : ""))];
        }
        catch (Exception damage) when (damage is FormatException or OverflowException or ArgumentException)
        {
            throw new WeftException(ErrorKind.StoreDamaged, "the table of the finals is damaged", damage)
            {
                Where = where, Expected = "what weft sweep finals wrote", Found = damage.Message, Safe = "nothing was changed",
                Next = new Advice("the same weft sweep finals again writes it anew; its runs are not trained twice"),
            };
        }
    }

    private static FinalsRow Row(Func<string, string> field)
    {
        if (field("contender") is not { Length: > 0 } contender || EpochMetric.Find(field("metric")) is not { } metric)
            throw new FormatException("a row without a contender or its metric");
        return new FinalsRow(contender, field("label"), int.Parse(field("seeds"), NumberStyles.None, CultureInfo.InvariantCulture), metric.Name)
        {
            Mean = Number("mean") ?? double.NaN, Deviation = Number("deviation"), Difference = Number("difference"),
            DifferenceMargin = Number("difference_margin"), CorrectedP = Number("corrected_p"),
            ToldApart = field("told_apart") is { Length: > 0 } word ? word == ContestTable.Yes : null,
            Searched = Number("searched"), Luck = Number("luck"), IsChosen = field("chosen") == ContestTable.Yes,
        };

        double? Number(string name) => field(name) is { Length: > 0 } text ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;
    }
}
