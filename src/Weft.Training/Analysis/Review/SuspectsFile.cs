using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>Reads the table of suspect labels that an analysis wrote, against the data it is about.</summary>
internal static class SuspectsFile
{
    private const long MaximumBytes = 256L << 20;

    /// <summary>
    /// The suspects in the order of the table that are pictures of the training files; first of all those that are counted as errors.
    /// </summary>
    /// <param name="most">So many at most.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it is no such table, or names none of the pictures.</exception>
    public static IReadOnlyList<ReviewItem> Read(string path, ImageDataset data, int most)
    {
        try
        {
            return Parse(Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path, MaximumBytes)), path, data, most);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Refused(path, failure.Message, failure);
        }
        catch (FormatException bad)
        {
            throw Refused(path, bad.Message, bad);
        }
    }

    internal static IReadOnlyList<ReviewItem> Parse(string text, string path, ImageDataset data, int most)
    {
        var rows = DelimitedText.Rows(text, ',').ToList();
        int ColumnOf(string name) => rows.Count == 0 ? -1 : Array.IndexOf(rows[0], name);
        int[] at = [ColumnOf("path"), ColumnOf("suggested_name"), ColumnOf("score"), ColumnOf("suggested_probability"), ColumnOf("label_error")];
        if (at.Take(2).Any(column => column < 0))
            throw new FormatException("there are no columns \"path\" and \"suggested_name\"");
        if (rows.FindIndex(row => row.Length != rows[0].Length) is var wrong and > 0)
            throw new FormatException($"row {wrong}: {rows[wrong].Length} fields under a header of {rows[0].Length}");
        var byPath = (data.Train.Origins ?? SampleOrigins.OfPixels(data.Train, "")).ByPath();
        int[] near = [.. Enumerable.Range(1, SuspectNeighbours.Count).Select(rank => ColumnOf($"near{rank}"))];
        var items = rows.Skip(1).Where(row => byPath.ContainsKey(row[at[0]]) && data.ClassNames.Contains(row[at[1]]))
            .OrderByDescending(row => at[4] >= 0 && row[at[4]] == "1") // keeps the order of equals
            .Take(most).Select(row => new ReviewItem(
                byPath[row[at[0]]], row[at[0]], data.ClassNames[data.Train.Label(byPath[row[at[0]]])], row[at[1]], Number(row, at[2]), Number(row, at[3]),
                [.. near.Where(column => column >= 0 && row[column].Length > 0).Select(column => Neighbour(row, column))])).ToList();
        return items.Count > 0 ? items : throw new FormatException("none of its pictures is one of the data's training files");

        ReviewNeighbour Neighbour(string[] row, int column) => byPath.TryGetValue(row[column], out var index)
            ? new ReviewNeighbour(index, row[column], data.ClassNames[data.Train.Label(index)])
            : new ReviewNeighbour(-1, row[column], column + 1 < row.Length ? row[column + 1] : "");
    }

    private static double Number(string[] row, int column) =>
        column >= 0 && double.TryParse(row[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    private static WeftException Refused(string path, string found, Exception cause) =>
        new(ErrorKind.InvalidInput, "these are no suspect labels of the data", cause)
        {
            Where = path, Expected = "a suspects.csv or suspects_training.csv that an analysis wrote for these data", Found = found,
            Safe = "nothing was changed", Next = new Advice("analyze the run again"),
        };
}
