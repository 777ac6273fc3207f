using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>
/// The table of <c>predict --out</c>, a row a picture: CSV (<c>file,class,index,probability,p0…pN</c>) or JSON Lines (the objects of <c>--json</c>), by the
/// ending of its name. It is there whole or not at all.
/// </summary>
internal sealed class PredictionTableFile : IDisposable
{
    private const string CannotBeWritten = "the predictions cannot be written";

    private static readonly Advice Elsewhere = new("name another place with --out");

    private readonly string _path;
    private readonly bool _isCsv;
    private readonly PendingFile _file;
    private readonly StringBuilder _row = new();

    /// <exception cref="WeftException">The name ends otherwise, or the file cannot be made.</exception>
    public PredictionTableFile(string path, int classes)
    {
        _path = path;
        _isCsv = IsCsv(path);
        _file = OutputFile.Create(path, CannotBeWritten, Elsewhere);
        if (_isCsv)
            Write($"file,class,index,probability,{string.Join(',', Enumerable.Range(0, classes).Select(k => $"p{k}"))}\n");
    }

    public long Rows { get; private set; }

    public void Add(PredictionEntry entry)
    {
        Rows++;
        _row.Clear();
        if (_isCsv)
        {
            _row.Append(CultureInfo.InvariantCulture, $"{CsvText.Field(entry.File)},{CsvText.Field(entry.Class)},{entry.Index},{entry.Probability}");
            foreach (var probability in entry.Probabilities)
                _row.Append(CultureInfo.InvariantCulture, $",{probability}");
        }
        else
        {
            _row.Append(JsonSerializer.Serialize(entry, PredictionJson.Entry));
        }

        Write(_row.Append('\n').ToString());
    }

    /// <exception cref="WeftException">The disk does not take it; what was there is untouched.</exception>
    public void Keep() => OutputFile.Told(_path, CannotBeWritten, Elsewhere, _file.Keep);

    public void Dispose() => _file.Dispose();

    /// <exception cref="WeftException">It ends in neither <c>.csv</c> nor <c>.jsonl</c>.</exception>
    public static bool IsCsv(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => true,
        ".jsonl" => false,
        _ => throw new WeftException(ErrorKind.InvalidInput, "the name of the table says no form that is written")
        {
            Where = path, Expected = "a name that ends in .csv or .jsonl", Found = Path.GetFileName(path), Safe = "nothing was touched",
        },
    };

    private void Write(string text) => OutputFile.Told(_path, CannotBeWritten, Elsewhere, () => _file.Stream.Write(Encoding.UTF8.GetBytes(text)));
}

/// <summary>How predictions are written to files and read from parts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(PredictionEntry))]
[JsonSerializable(typeof(PredictionPart))]
[JsonSerializable(typeof(PredictionPartEnd))]
internal sealed partial class PredictionJson : JsonSerializerContext
{
    public static JsonTypeInfo<PredictionEntry> Entry => field ??= Of<PredictionEntry>();

    public static JsonTypeInfo<PredictionPart> Part => field ??= Of<PredictionPart>();

    public static JsonTypeInfo<PredictionPartEnd> PartEnd => field ??= Of<PredictionPartEnd>();

    // Letters of all languages as they are, as --json writes them.
    private static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = Default,
    }.GetTypeInfo(typeof(T));
}
