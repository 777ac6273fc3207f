using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weft.Training;

/// <summary>
/// A table that lists pictures: CSV (with commas, semicolons or tabs), TSV or JSON Lines, with a column for the path and one for the label, and where they
/// are there for the part and the group. Paths are relative to its folder and may lead out of it.
/// </summary>
internal sealed class Manifest
{
    private const long MaximumBytes = 128L << 20;
    private const int MaximumCells = 1 << 26;
    private const int MaximumColumns = 256;
    private const int ColumnsShown = 12;

    private static readonly string[] Endings = [".csv", ".tsv", ".jsonl"];
    private static readonly string[] PathNames = ["path", "file_name", "filename", "image", "image_path", "filepath"];
    private static readonly string[] LabelNames = ["label", "class", "category", "target"];
    private static readonly string[] SplitNames = ["split"];
    private static readonly string[] GroupNames = ["group", "patient", "object", "video", "subject"];
    private static readonly string[] ClassFiles = ["classes.txt", "labels.txt"];

    private readonly DataFile _file;
    private readonly GivenPart _part;
    private readonly List<Problem> _problems = [];
    private readonly List<SkippedPath> _skipped = [];
    private readonly List<IndexedPicture> _pictures = [];

    private Manifest(DataFile file, GivenPart part) => (_file, _part) = (file, part);

    /// <summary>Whether a file is a table by its name.</summary>
    public static bool IsTable(string path) => Endings.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Whether a file's first line names a path and a label.</summary>
    public static bool Lists(string path)
    {
        try
        {
            using var reader = new StreamReader(RegularFile.OpenRead(path));
            var start = new char[1 << 16];
            var text = new string(start, 0, reader.ReadBlock(start));
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            var columns = Columns(end < 0 ? text : text[..end], path);
            return Find(columns, PathNames) is not null && Find(columns, LabelNames) is not null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is FormatException or JsonException)
        {
            return false;
        }
    }

    /// <summary>Lists the pictures of tables; none is opened.</summary>
    /// <param name="tables">With the part of each; a column <c>split</c> says more.</param>
    /// <param name="place">What a person named: a table, or the folder that holds it.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetDamaged"/>: a file is no table; <see cref="ErrorKind.InvalidInput"/>: it lacks a column, or rows have mistakes.
    /// </exception>
    public static DatasetIndex Read(IReadOnlyList<(string Path, GivenPart Part)> tables, string place)
    {
        var read = new List<Manifest>();
        foreach (var (path, part) in tables)
        {
            var remedy = new Advice("correct the table, or name another one with --data");
            var manifest = new Manifest(new DataFile(path, remedy) { Expected = "a readable table (CSV, TSV or JSON Lines)" }, part);
            manifest.Parse(manifest._file.ReadAll(MaximumBytes));
            read.Add(manifest);
        }

        var full = Path.GetFullPath(place);
        IndexedPicture[] pictures = [.. read.SelectMany(manifest => manifest._pictures)];
        var classes = pictures.Select(picture => picture.Label).Distinct().Count();
        var names = string.Join(", ", read.Select(manifest => manifest._file.Name));
        return new DatasetIndex(
            Path.GetFileName(File.Exists(full) ? Path.GetDirectoryName(full)! : full), $"{pictures.Length} pictures of {classes} classes, listed in {names}",
            pictures)
        {
            Folder = full, Skipped = [.. read.SelectMany(manifest => manifest._skipped)],
        };
    }

    /// <summary>The pictures that the content of a table at <paramref name="path"/> lists.</summary>
    internal static IReadOnlyList<IndexedPicture> Parse(byte[] content, string path)
    {
        var manifest = new Manifest(new DataFile(path, new Advice("correct the table")), GivenPart.None);
        manifest.Parse(content);
        return manifest._pictures;
    }

    private void Parse(byte[] content)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException bad)
        {
            throw _file.Damaged("is not text", $"byte {bad.Index:N0}", "UTF-8", "bytes that are none");
        }

        List<string?[]> rows;
        try
        {
            rows = IsJson(_file.Path) ? JsonRows(text) : [.. DelimitedText.Rows(text, Separator(text, _file.Path))];
        }
        catch (FormatException bad)
        {
            throw _file.Damaged("is not a table", bad.Message.Split(':')[0], "fields as RFC 4180 has them, or a JSON object a line", bad.Message);
        }

        if (rows.Count < 2)
            throw _file.Damaged("lists no picture", "its rows", "a header and one row or more", $"{rows.Count} rows");
        Take(rows);
        if (_problems.Count > 0)
            throw Mistakes.ToError(_problems, _file.Name);
    }

    private void Take(List<string?[]> rows)
    {
        string[] header = [.. rows[0].Select(name => name ?? "")];
        var (path, label) = (Require(header, PathNames), Require(header, LabelNames));
        var (split, group) = (Find(header, SplitNames), Find(header, GroupNames));
        if (Find(header, ["weight"]) is not null)
        {
            throw Refused(
                "has weights, which are not read", header, "no column \"weight\": every picture counts once",
                new Advice("take the column out; loss.class_weights=balanced weighs classes"));
        }

        var parts = split is { } column ? Parts(rows, column) : null;
        var names = ClassNames(rows, label);
        var folder = Path.GetDirectoryName(Path.GetFullPath(_file.Path))!;
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].Length != header.Length)
            {
                Wrong(i, $"{header.Length} fields", $"{rows[i].Length} fields");
                continue;
            }

            var name = (rows[i][path] ?? "").Trim().Replace('\\', '/');
            if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
                Wrong(i, "the path of a picture", name.Length == 0 ? "nothing" : "a path with a zero in it");
            else if (rows[i][label] is not { } text || text.Trim().Length == 0)
                _skipped.Add(new SkippedPath(name, "no label"));
            else
            {
                _pictures.Add(new IndexedPicture(
                    name, new FileContent(Path.Combine(folder, name)), names?[int.Parse(text, CultureInfo.InvariantCulture)] ?? text.Trim(), parts?[i] ?? _part)
                {
                    Group = group is { } at && !string.IsNullOrWhiteSpace(rows[i][at]) ? rows[i][at]!.Trim() : null,
                });
            }
        }
    }

    // Ludwig counts the parts: 0, 1 and 2.
    private GivenPart[] Parts(List<string?[]> rows, int column)
    {
        string TextOf(int row) => column < rows[row].Length ? rows[row][column]?.Trim() ?? "" : "";
        var parts = new GivenPart[rows.Count];
        var areNumbers = Enumerable.Range(1, rows.Count - 1).All(row => TextOf(row) is "" or "0" or "1" or "2");
        for (var row = 1; row < rows.Count; row++)
        {
            var text = TextOf(row);
            parts[row] = text.Length == 0 ? GivenPart.None : areNumbers ? (GivenPart)(text[0] - '0' + 1) : PartNames.Of(text);
            if (text.Length > 0 && parts[row] == GivenPart.None)
                Wrong(row, "train, val or test", text);
        }

        return parts;
    }

    // Whole numbers are names of classes only where nothing else names these.
    private string[]? ClassNames(List<string?[]> rows, int column)
    {
        var path = ClassFiles.Select(name => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_file.Path))!, name)).FirstOrDefault(File.Exists);
        string[] labels = [.. rows.Skip(1).Where(row => column < row.Length).Select(row => row[column]?.Trim() ?? "").Where(label => label.Length > 0)];
        if (path is null || labels.Any(label => !int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return null;
        var names = ClassList.Read(new DataFile(path, _file.Remedy) { Expected = "a readable list of classes" });
        var beyond = labels.FirstOrDefault(label => int.Parse(label, CultureInfo.InvariantCulture) >= names.Count);
        return beyond is null ? [.. names]
            : throw _file.Damaged("has a label that is no class", "its labels", $"0 to {names.Count - 1}, as {Path.GetFileName(path)} has them", beyond);
    }

    private int Require(string[] header, string[] names) => Find(header, names) ?? throw Refused(
        $"has no column for the {names[0]}", header, $"a column \"{names[0]}\" (or {string.Join(", ", names.Skip(1))})",
        new Advice("give the column one of these names"));

    private WeftException Refused(string what, string[] header, string expected, NextStep next) => new(ErrorKind.InvalidInput, $"{_file.Name} {what}")
    {
        Where = _file.Path, Expected = expected, Safe = "nothing was changed", Next = next,
        Found = string.Join(", ", header.Take(ColumnsShown)) + (header.Length > ColumnsShown ? $" and {header.Length - ColumnsShown} more" : ""),
    };

    private void Wrong(int row, string expected, string found) =>
        _problems.Add(new Problem($"{_file.Name}, row {row.ToString("N0", CultureInfo.InvariantCulture)}", expected, found));

    // The first of the names that the header has, in upper or lower case.
    private static int? Find(string[] header, string[] names) => names.Select(name =>
        Array.FindIndex(header, column => column.Trim().Equals(name, StringComparison.OrdinalIgnoreCase))).Where(at => at >= 0).Cast<int?>().FirstOrDefault();

    private static bool IsJson(string path) => Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase);

    private static string[] Columns(string line, string path) => IsJson(path) ? [.. JsonRows(line)[0].Select(name => name ?? "")]
        : DelimitedText.Rows(line, Separator(line, path)).FirstOrDefault() ?? [];

    // What occurs most often in the header.
    private static char Separator(string text, string path)
    {
        if (Path.GetExtension(path).Equals(".tsv", StringComparison.OrdinalIgnoreCase))
            return '\t';
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var header = end < 0 ? text : text[..end];
        return new[] { ',', ';', '\t' }.MaxBy(separator => header.Count(letter => letter == separator));
    }

    // The first row has the names of all members, in the order in which they come.
    private static List<string?[]> JsonRows(string text)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var values = new List<Dictionary<int, string?>>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].AsSpan().Trim().Length == 0)
                continue;
            try
            {
                using var line = JsonDocument.Parse(lines[i]);
                if (line.RootElement.ValueKind != JsonValueKind.Object)
                    throw new FormatException($"line {i + 1}: no JSON object");
                var row = new Dictionary<int, string?>();
                foreach (var member in line.RootElement.EnumerateObject())
                {
                    if (!columns.TryGetValue(member.Name, out var column))
                        columns[member.Name] = column = columns.Count;
                    if (column >= MaximumColumns)
                        throw new FormatException($"line {i + 1}: too many names");
                    row[column] = member.Value.ValueKind is JsonValueKind.Null ? null : member.Value.ToString();
                }

                values.Add(row);
            }
            catch (Exception bad) when (bad is JsonException or InvalidOperationException)
            {
                throw new FormatException($"line {i + 1}: {bad.Message.Split('.')[0]}");
            }
        }

        if (SizeLimit.Product(MaximumCells, values.Count, columns.Count) is null)
            throw new FormatException($"line {lines.Length}: more than {MaximumCells} values");
        return [[.. columns.Keys], .. values.Select(row => Enumerable.Range(0, columns.Count).Select(column => row.GetValueOrDefault(column)).ToArray())];
    }
}
