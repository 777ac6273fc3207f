using System.Globalization;
using System.Text.Json;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// Predicts pictures a batch at a time, prints them in their order as lines and as one JSON object, and keeps nothing of those that are done.
/// </summary>
/// <param name="known">How the network describes the training pictures; null where the run does not say.</param>
internal sealed class PredictionOutput(Screen screen, Predictor predictor, TrainingFeatures? known) : IDisposable
{
    private const int OthersShown = 2;
    private const double Shown = 0.01;

    // A picture that was adapted and is recognized with less than this is marked: bench/results/pictures/unlike.md.
    private const double Sure = 0.6;

    private readonly List<(string Name, FittedPicture? Picture, string? Failure)> _waiting = [];
    private readonly List<(string File, ErrorKind Kind, string What, string? Found)> _failures = [];
    private JsonLine? _json;
    private WeftException? _first;
    private int _width;

    public PictureNotes Notes { get; } = new();

    /// <value>Whether each picture is printed as the network sees it. Default: false.</value>
    public bool Show { get; init; }

    /// <summary>How many pictures are unlike all training pictures.</summary>
    public int Unlike { get; private set; }

    public void Add(FittedPicture picture)
    {
        _waiting.Add((picture.Name, picture, null));
        PredictFullBatch();
    }

    /// <summary>Notes a file that gives no prediction; the rest goes on.</summary>
    public void Fail(string file, WeftException error)
    {
        _waiting.Add((file, null, Note(file, error)));
        PredictFullBatch();
    }

    /// <summary>Predicts what is left, and says what became of everything.</summary>
    /// <returns>The exit code of the first failure.</returns>
    /// <exception cref="WeftException">Nothing was predicted.</exception>
    public ExitCode Finish(PictureInputs inputs)
    {
        if (Notes.Pictures == 0 && _failures.Count == 1 && _waiting is [{ Picture: null }])
            throw _first!; // one file and one error: there is no list to print
        PredictBatch();
        if (Notes.Pictures == 0)
            throw NothingPredicted();
        if (PictureWords.PassedOver(inputs.HiddenFiles, inputs.OtherFiles, inputs.Subfolders) is { } passed)
            screen.People.WriteLine($"note: {passed}.");
        var notes = PictureWords.Notes(Notes, predictor.Shape);
        foreach (var note in notes)
            screen.People.WriteLine($"note: {note.Text}.");
        WriteJsonEnd(inputs, notes);
        if (_first is not { } first)
            return ExitCode.Done;
        foreach (var line in ErrorPrinter.Lines(Summary(first)))
            screen.Error.WriteLine(line);
        return ExitCodes.For(first.Kind);
    }

    public void Dispose() => _json?.Dispose();

    private void PredictFullBatch()
    {
        if (_waiting.Count >= Predictor.BatchSize)
            PredictBatch();
    }

    private void PredictBatch()
    {
        var pictures = _waiting.Where(entry => entry.Picture is not null).Select(entry => entry.Picture!).ToList();
        IReadOnlyList<ImagePrediction> predictions = [];
        WeftException? failure = null;
        try
        {
            predictions = predictor.Predict([.. pictures.Select(picture => picture.Pixels)]);
        }
        catch (WeftException diverged)
        {
            failure = diverged;
        }

        var unlike = known is null || predictions.Count == 0 ? null : known.Look(
            predictor.Device, new FeatureTable(
                new int[predictions.Count], new int[predictions.Count], [.. predictions.SelectMany(prediction => prediction.Features)], known.Dimension));
        _width = Math.Max(_width, _waiting.Select(entry => Printable.Escape(entry.Name).Length).DefaultIfEmpty().Max());
        var next = 0;
        foreach (var (name, picture, problem) in _waiting)
        {
            if (picture is null)
                Print(name, problem!);
            else if (failure is not null)
                Print(name, Note(name, failure));
            else
            {
                Print(picture, predictions[next], unlike?[next]);
                next++;
            }
        }

        _waiting.Clear();
        _json?.Send();
    }

    private string Note(string file, WeftException error)
    {
        _first ??= error;
        _failures.Add((file, error.Kind, error.What, error.Found));
        return $"not predicted: {Cause(error)}";
    }

    private void Print(FittedPicture picture, ImagePrediction prediction, Unlikeness? unlike)
    {
        Notes.Add(picture);
        var others = Enumerable.Range(0, predictor.Classes.Count).Where(k => k != prediction.Class && prediction.Probabilities[k] >= Shown)
            .OrderByDescending(k => prediction.Probabilities[k]).Take(OthersShown)
            .Select(k => $", {Printable.Escape(predictor.Classes[k])} {Figures.Percent(prediction.Probabilities[k], 1)}");
        var warning = unlike is { IsUnlike: true }
            ? string.Create(CultureInfo.InvariantCulture, $"  unlike the training pictures: {unlike.Distance:F2}, usual up to {known!.Threshold:F2}") : "";
        var isUnsure = picture.IsAdapted && prediction.Probability < Sure;
        var doubt = isUnsure ? "  unsure: --show prints what the network sees" : "";
        Print(picture.Name, $"{prediction.Name} {Figures.Percent(prediction.Probability, 1)}{string.Concat(others)}{warning}{doubt}");
        foreach (var line in Show ? TextPicture.Lines(picture.Pixels, predictor.Shape) : [])
            screen.People.WriteLine("  " + line.TrimEnd());
        Unlike += warning.Length > 0 ? 1 : 0;
        if (screen.Json)
            WriteJson(picture, prediction, unlike, isUnsure);
    }

    private void Print(string name, string result) => screen.People.WriteLine($"{Printable.Escape(name).PadRight(_width)}  {Printable.Escape(result)}");

    private void WriteJson(FittedPicture picture, ImagePrediction prediction, Unlikeness? unlike, bool isUnsure)
    {
        if (_json is null)
        {
            _json = new JsonLine(screen.Output);
            _json.Writer.WriteStartArray("predictions");
        }

        JsonSerializer.Serialize(
            _json.Writer, new PredictionEntry(picture.Name, prediction.Name, prediction.Class, prediction.Probability, prediction.Probabilities)
            {
                Unlike = unlike?.IsUnlike, Distance = unlike?.Distance, Nearest = unlike?.Nearest,
                Adapted = picture.IsAdapted ? true : null, Unsure = isUnsure ? true : null,
            }, DocumentJson.Of<PredictionEntry>());
    }

    private void WriteJsonEnd(PictureInputs inputs, IReadOnlyList<PictureNote> notes)
    {
        if (_json is null)
            return;
        var writer = _json.Writer;
        writer.WriteEndArray();
        writer.WriteStartArray("failed");
        foreach (var (file, kind, what, found) in _failures)
        {
            var entry = new PredictionFailureEntry(file, (int)ExitCodes.For(kind), what, found);
            JsonSerializer.Serialize(writer, entry, DocumentJson.Of<PredictionFailureEntry>());
        }
        writer.WriteEndArray();
        writer.WriteNumber("skipped", inputs.HiddenFiles);
        writer.WriteNumber("other_files", inputs.OtherFiles);
        writer.WriteNumber("subfolders", inputs.Subfolders);
        writer.WriteNumber("bright_ground", PictureWords.BrightGrounds(Notes));
        writer.WriteStartArray("notes");
        foreach (var note in notes)
            JsonSerializer.Serialize(writer, new PredictionNoteEntry(note.Kind, note.Count, note.Text), DocumentJson.Of<PredictionNoteEntry>());
        writer.WriteEndArray();
        writer.WriteBoolean("tta", predictor.Augmentation.Mirrored);
        writer.WriteNumber("tta_shift", predictor.Augmentation.Shift);
        _json.Dispose(); // before the error's lines, for who reads both streams as one
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
