using System.Globalization;
using System.Text.Json;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// Prints predictions in their order as lines and as one JSON object, or writes them into a table or a part, and keeps nothing of those that are done.
/// </summary>
internal sealed class PredictionOutput(Screen screen, FeatureShape shape, IReadOnlyList<string> classes, PictureList list) : IDisposable
{
    private const int OthersShown = 2;
    private const int FailuresShown = 20;
    private const double Shown = 0.01;

    private readonly List<PredictionFailure> _failures = [];
    private CountProgress? _progress;
    private double? _threshold;
    private string? _path;
    private PredictionTableFile? _table;
    private PredictionParts.Writer? _part;
    private JsonLine? _json;
    private WeftException? _first;
    private PredictionFailure? _held;
    private int _width;

    public PictureNotes Notes { get; } = new();

    /// <value>Whether each picture is printed as the network sees it. Default: false.</value>
    public bool Show { get; init; }

    /// <value>Whether pictures that cannot be read leave the exit code as it is. Default: false.</value>
    public bool SkipsUnreadable { get; init; }

    public required TestTimeAugmentation Views { get; init; }

    /// <value>What the logits are divided by; null where they are not. Default: null.</value>
    public double? Temperature { get; init; }

    /// <summary>How many pictures are unlike all training pictures.</summary>
    public int Unlike { get; private set; }

    private bool HasLines => _path is null;

    /// <summary>Writes into a table in place of lines, or where there is a part, into its file in that folder.</summary>
    public void WriteTo(string path, PredictionPart? part)
    {
        if (part is null)
            (_path, _table) = (path, new PredictionTableFile(path, classes.Count));
        else
            (_path, _part) = (Path.Combine(path, part.FileName), new PredictionParts.Writer(path, part));
    }

    /// <param name="total">How many pictures there will be.</param>
    /// <param name="threshold">The distance from which on a picture is unlike the training pictures.</param>
    public void Begin(long total, double? threshold) =>
        (_progress, _threshold) = (new CountProgress(screen, "pictures", list.HasStandardInput ? 0 : total), threshold);

    public void Add(IReadOnlyList<PredictedPicture> batch)
    {
        if (HasLines)
            _progress?.Erase();
        _width = HasLines ? Math.Max(_width, batch.Max(item => Printable.Escape(item.Name).Length)) : 0;
        foreach (var item in batch)
        {
            if (item.Failure is { } failure)
                Fail(item.Name, failure);
            else
                Add(item);
        }

        _json?.Send();
        _progress?.Show(Notes.Pictures + _failures.Count);
    }

    /// <summary>Keeps the table and says what became of everything.</summary>
    /// <returns>The exit code of the first failure.</returns>
    /// <exception cref="WeftException">Nothing was predicted.</exception>
    public ExitCode Finish()
    {
        _progress?.Erase();
        if (Notes.Pictures == 0 && _first is not null && _part is null)
            throw NothingPredicted();
        _table?.Keep();
        _part?.Keep(_failures);
        if (PictureWords.PassedOver(list.HiddenFiles, list.OtherFiles, list.Subfolders) is { } passed)
            screen.People.WriteLine($"note: {passed}.");
        var notes = PictureWords.Notes(Notes, shape);
        foreach (var note in notes)
            screen.People.WriteLine($"note: {note.Text}.");
        if (!HasLines || SkipsUnreadable)
        {
            foreach (var line in FailureLines(_failures))
                screen.People.WriteLine(line);
        }

        if (!HasLines)
            screen.People.WriteLine($"{Figures.Count(Notes.Pictures)} predictions: {Printable.Escape(_path!)}");
        WriteJsonEnd(notes);
        if (_first is not { } first || SkipsUnreadable)
            return ExitCode.Done;
        foreach (var line in ErrorPrinter.Lines(Summary(first)))
            screen.Error.WriteLine(line);
        return ExitCodes.For(first.Kind);
    }

    public void Dispose()
    {
        _progress?.Dispose();
        _table?.Dispose();
        _part?.Dispose();
        _json?.Dispose();
    }

    /// <summary>The files that gave nothing, for people: the first of them, and how many more there are.</summary>
    public static IEnumerable<string> FailureLines(IReadOnlyList<PredictionFailure> failures)
    {
        foreach (var failure in failures.Take(FailuresShown))
            yield return $"{Printable.Escape(failure.File)}  {Printable.Escape(NotPredicted(failure))}";
        if (failures.Count > FailuresShown)
            yield return $"… and {Figures.Count(failures.Count - FailuresShown)} others that could not be predicted; --json lists them all";
    }

    public static PredictionFailureEntry EntryOf(PredictionFailure failure) =>
        new(failure.File, (int)ExitCodes.For(failure.Kind), failure.What, failure.Found);

    private static string NotPredicted(PredictionFailure failure) => $"not predicted: {failure.What}{(failure.Found is null ? "" : $": {failure.Found}")}";

    private void Fail(string file, WeftException error)
    {
        _first ??= error;
        var failure = new PredictionFailure(file, error.Kind, error.What, error.Found);
        _failures.Add(failure);
        if (!HasLines)
            return;
        if (Notes.Pictures == 0 && _failures.Count == 1)
            _held = failure; // one file and one error: there may be no list to print
        else
            Print(file, NotPredicted(failure));
    }

    private void Add(PredictedPicture item)
    {
        Notes.Add(item.Picture!);
        Unlike += item.Unlike is { IsUnlike: true } ? 1 : 0;
        var isWritten = _table is not null || _part is not null;
        var entry = isWritten || screen.Json ? item.Entry! : null;
        if (isWritten)
        {
            _table?.Add(entry!);
            _part?.Add(entry!);
            return;
        }

        Print(item);
        if (screen.Json)
            JsonSerializer.Serialize(JsonList(), entry!, DocumentJson.Of<PredictionEntry>());
    }

    private void Print(PredictedPicture item)
    {
        var prediction = item.Shown!;
        var others = Enumerable.Range(0, classes.Count).Where(k => k != prediction.Class && prediction.Probabilities[k] >= Shown)
            .OrderByDescending(k => prediction.Probabilities[k]).Take(OthersShown)
            .Select(k => $", {Printable.Escape(classes[k])} {Figures.Percent(prediction.Probabilities[k], 1)}");
        var warning = item.Unlike is { IsUnlike: true } unlike
            ? string.Create(CultureInfo.InvariantCulture, $"  unlike the training pictures: {unlike.Distance:F2}, usual up to {_threshold:F2}") : "";
        var doubt = item.IsUnsure ? "  unsure: --show prints what the network sees" : "";
        Print(item.Name, $"{prediction.Name} {Figures.Percent(prediction.Probability, 1)}{string.Concat(others)}{warning}{doubt}");
        foreach (var line in Show ? TextPicture.Lines(item.Picture!.Pixels, shape) : [])
            screen.People.WriteLine("  " + line.TrimEnd());
    }

    private void Print(string name, string result)
    {
        if (_held is { } held)
        {
            _held = null;
            Print(held.File, NotPredicted(held));
        }

        screen.People.WriteLine($"{Printable.Escape(name).PadRight(_width)}  {Printable.Escape(result)}");
    }

    private Utf8JsonWriter JsonList()
    {
        if (_json is null)
        {
            _json = new JsonLine(screen.Output);
            _json.Writer.WriteStartArray("predictions");
        }

        return _json.Writer;
    }

    private void WriteJsonEnd(IReadOnlyList<PictureNote> notes)
    {
        if (!screen.Json)
            return;
        var writer = HasLines ? JsonList() : (_json = new JsonLine(screen.Output)).Writer;
        if (HasLines)
            writer.WriteEndArray();
        else
            writer.WriteString("out", _path);
        writer.WriteNumber("count", Notes.Pictures);
        writer.WriteStartArray("failed");
        foreach (var failure in _failures)
            JsonSerializer.Serialize(writer, EntryOf(failure), DocumentJson.Of<PredictionFailureEntry>());
        writer.WriteEndArray();
        writer.WriteNumber("skipped", list.HiddenFiles);
        writer.WriteNumber("other_files", list.OtherFiles);
        writer.WriteNumber("subfolders", list.Subfolders);
        writer.WriteNumber("bright_ground", PictureWords.BrightGrounds(Notes));
        writer.WriteStartArray("notes");
        foreach (var note in notes)
            JsonSerializer.Serialize(writer, new PredictionNoteEntry(note.Kind, note.Count, note.Text), DocumentJson.Of<PredictionNoteEntry>());
        writer.WriteEndArray();
        writer.WriteBoolean("tta", Views.Mirrored);
        writer.WriteNumber("tta_shift", Views.Shift);
        if (Temperature is { } temperature)
        {
            writer.WriteBoolean("calibrated", true);
            writer.WriteNumber("temperature", temperature);
        }

        _json!.Dispose(); // before the error's lines, for who reads both streams as one
        _json = null;
    }

    private WeftException NothingPredicted() => new(_first!.Kind, _failures.Count == 1 ? _first.What
        : $"none of the {_failures.Count} files could be predicted", _first)
    {
        Where = _first.Where, Expected = _first.Expected, Found = _failures.Count == 1 ? _first.Found : Cause(_first), Safe = _first.Safe, Next = _first.Next,
    };

    private static string Cause(WeftException error) => error.Found is null ? error.What : $"{error.What}: {error.Found}";

    private WeftException Summary(WeftException first) => new(first.Kind,
        $"{_failures.Count} of {Notes.Pictures + _failures.Count} pictures could not be read", first)
    {
        Where = first.Where, Expected = first.Expected, Found = Cause(first),
        Safe = "the others are predicted", Next = first.Next,
    };
}
