using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>
/// A file next to the data that says which labels are wrong (<c>labels.corrections.csv</c>): the data themselves are never changed. Rows are only added, and of
/// several about one picture each follows the ones before.
/// </summary>
internal sealed class LabelCorrections
{
    private const long MaximumBytes = 64L << 20;

    private static readonly string[] Columns = ["path", "sha256", "from", "to", "reason", "by", "date"];
    private static readonly string[] Required = ["path", "from", "to"];

    private readonly DataFile _file;

    private LabelCorrections(DataFile file, byte[] content, IReadOnlyList<LabelCorrection> rows) => (_file, Content, Rows) = (file, content, rows);

    /// <summary>The bytes of the file.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<LabelCorrection> Rows { get; }

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the file is missing, or is no such table.</exception>
    public static LabelCorrections Read(string path)
    {
        try
        {
            return Parse(RegularFile.ReadAllBytes(path, MaximumBytes), path);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw new WeftException(ErrorKind.InvalidInput, "the corrections of labels cannot be read", failure)
            {
                Where = path, Expected = "a file with the columns " + string.Join(", ", Columns), Found = failure.Message, Safe = "nothing was touched",
            };
        }
    }

    /// <inheritdoc cref="Read"/>
    internal static LabelCorrections Parse(byte[] content, string path)
    {
        var file = new DataFile(path, new Advice("correct the row, or take it out"));
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content).TrimStart('\uFEFF');
            var rows = DelimitedText.Rows(text, ',').ToList();
            if (rows.Count == 0)
                return new LabelCorrections(file, content, []);
            int ColumnOf(string name) => Array.FindIndex(rows[0], column => column.Trim().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (Required.FirstOrDefault(name => ColumnOf(name) < 0) is { } missing)
                throw new FormatException($"line 1: there is no column \"{missing}\"");
            if (rows.FindIndex(row => row.Length != rows[0].Length) is var wrong and > 0)
                throw new FormatException($"row {wrong}: {rows[wrong].Length} fields under a header of {rows[0].Length}");
            int[] at = [.. Columns.Select(ColumnOf)];
            string Field(string[] row, int column) => at[column] < 0 ? "" : row[at[column]].Trim();
            return new LabelCorrections(file, content,
            [
                .. rows.Skip(1).Select(row => new LabelCorrection(
                    Field(row, 0).Replace('\\', '/'), Field(row, 1).ToLowerInvariant(), Field(row, 2), Field(row, 3))
                {
                    Reason = Field(row, 4), By = Field(row, 5), Date = Field(row, 6),
                }),
            ]);
        }
        catch (Exception bad) when (bad is FormatException or DecoderFallbackException)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the corrections of labels are no such table", bad)
            {
                Where = path, Expected = string.Join(',', Columns), Found = bad is FormatException ? bad.Message : "bytes that are no text in UTF-8",
                Safe = "nothing was touched", Next = file.Remedy,
            };
        }
    }

    /// <summary>Adds a row and returns when it is on the device.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written.</exception>
    public static void Append(string path, LabelCorrection row)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using var stream = RegularFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            using var content = new StreamReader(stream, leaveOpen: true);
            var before = content.ReadToEnd();
            var header = before.Length == 0 ? Columns : DelimitedText.Rows(before, ',').First();
            var line = new CsvText(header.Select(column => row.Field(column.Trim().ToLowerInvariant()))).ToString();
            var start = before.Length == 0 ? new CsvText(Columns).ToString() : before[^1] == '\n' ? "" : "\n";
            stream.Seek(0, SeekOrigin.End);
            stream.Write(Encoding.UTF8.GetBytes(start + line));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the correction cannot be written", path, "the pictures and the earlier corrections are untouched");
        }
    }

    /// <summary>
    /// The same pictures with the labels that are right. What is left out keeps its number and its label, and is in <see cref="ImageSamples.LeftOut"/>. Where
    /// nothing is changed, it is the same data set but for notes.
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a correction names a class that the data do not have.</exception>
    public ImageDataset Apply(ImageDataset data)
    {
        if (Rows.Count == 0)
            return data;
        var train = new PartOfCorrections(this, data, data.Train, "");
        return data.Corrected(
            train.Corrected(), () => new PartOfCorrections(this, data, data.LoadTest(), TestPrefix).Corrected(), [.. data.Notes, .. Notes(train, data)]);
    }

    /// <summary>Stands before the numbers of test samples that have no files.</summary>
    internal const string TestPrefix = "test/";

    /// <summary>By sample of the training files the last row about it that fits its label.</summary>
    internal IReadOnlyDictionary<int, LabelCorrection> LastOf(ImageDataset data) => new PartOfCorrections(this, data, data.Train, "").Last;

    private IEnumerable<string> Notes(PartOfCorrections train, ImageDataset data)
    {
        string Times(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");
        var (changed, left) = (train.Changes.Values.Count(label => label >= 0), train.Changes.Values.Count(label => label < 0));
        yield return $"{_file.Name}: {Times(changed, "label", "labels")} corrected, {Times(left, "picture", "pictures")} left out";
        if (train.Stale > 0)
            yield return $"{_file.Name}: {Times(train.Stale, "row names", "rows name")} another class than the picture has (already corrected?)";
        if (train.Unknown > 0)
            yield return $"{_file.Name}: {Times(train.Unknown, "row is", "rows are")} about no picture of the training files"
                + (data.HasTest ? " (perhaps about test pictures)" : "");
    }

    /// <summary>What the rows say of one part of a data set.</summary>
    private sealed class PartOfCorrections
    {
        private readonly ImageSamples _samples;

        public PartOfCorrections(LabelCorrections corrections, ImageDataset data, ImageSamples samples, string prefix)
        {
            _samples = samples;
            var origins = samples.Origins ?? SampleOrigins.OfPixels(samples, prefix);
            var byHash = corrections.Rows.Any(row => row.Sha256.Length > 0) ? origins.ByHash() : [];
            var byPath = origins.ByPath();
            var present = new Dictionary<int, int>(); // −1: left out
            foreach (var row in corrections.Rows)
            {
                int[] about = byHash.TryGetValue(row.Sha256, out var same) ? [.. same] : byPath.TryGetValue(row.Path, out var one) ? [one] : [];
                Unknown += about.Length == 0 ? 1 : 0;
                foreach (var i in about)
                {
                    var given = data.ClassNames[samples.Label(i)];
                    var now = present.GetValueOrDefault(i, samples.Label(i));
                    if (row.From != given && (now < 0 || row.From != data.ClassNames[now]))
                    {
                        Stale++;
                        continue;
                    }

                    present[i] = row.LeavesOut ? -1 : corrections.ClassOf(row, data);
                    Last[i] = row;
                }
            }

            Changes = present.Where(pair => pair.Value != samples.Label(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        /// <summary>By sample the label that differs from the data's; −1 where it is left out.</summary>
        public Dictionary<int, int> Changes { get; }

        /// <summary>By sample the last row about it that fits.</summary>
        public Dictionary<int, LabelCorrection> Last { get; } = [];

        /// <summary>Rows about pictures that have another class than the row says.</summary>
        public int Stale { get; }

        /// <summary>Rows about no picture of the part.</summary>
        public int Unknown { get; }

        public ImageSamples Corrected()
        {
            if (Changes.Count == 0)
                return _samples;
            var labels = _samples.Labels.ToArray();
            foreach (var (i, label) in Changes)
                labels[i] = label < 0 ? labels[i] : label;
            var lines = Changes.OrderBy(pair => pair.Key).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"));
            return _samples.Corrected(
                labels, Changes.Where(pair => pair.Value < 0).Select(pair => pair.Key).ToHashSet(),
                ImageSamples.Combine([_samples.Fingerprint, "corrections", .. lines]));
        }
    }

    private int ClassOf(LabelCorrection row, ImageDataset data)
    {
        for (var c = 0; c < data.ClassCount; c++)
        {
            if (data.ClassNames[c] == row.To)
                return c;
        }

        throw new WeftException(ErrorKind.InvalidInput, $"a correction names a class that the data do not have: \"{row.To}\"")
        {
            Where = $"{_file.Path}, the row about {row.Path}", Expected = ClassCounts.Names([.. Enumerable.Range(0, data.ClassCount)], data.ClassNames)
                + "; nothing to leave the picture out, or ? where nobody can tell",
            Found = row.To, Safe = "nothing was touched", Next = _file.Remedy,
        };
    }
}
