using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>A folder as the Hugging Face Hub has it: the weights, what they are for, how pictures become their input, and a model card.</summary>
internal sealed record HubExport() : ExportFormat("hub", "")
{
    private const string WeightsName = "model.safetensors";
    private const string ConfigurationName = "config.json";
    private const string PreprocessorName = "preprocessor_config.json";
    private const string OnnxName = "model.onnx";
    private const string CardName = "README.md";

    public override ExportedModel Write(ReleasedModel model, string path, ExportOptions options, CancellationToken cancellationToken)
    {
        var written = WholeFolder.Write(path, [WeightsName, OnnxName, ConfigurationName, PreprocessorName, CardName], made =>
        {
            var weights = new SafetensorsExport().Write(model, Path.Combine(made, WeightsName), options, cancellationToken);
            var onnx = new OnnxExport().Write(model, Path.Combine(made, OnnxName), options, cancellationToken);
            foreach (var (name, text) in (ReadOnlySpan<(string, string)>)
                [(ConfigurationName, Configuration(model.Model)), (PreprocessorName, Preprocessor(model.Model)), (CardName, ModelCard.Of(model))])
                OutputFile.Write(Path.Combine(made, name), Encoding.UTF8.GetBytes(text), "the folder cannot be written", new Advice("make room"));
            return weights with { Parity = onnx.Parity, Bytes = new DirectoryInfo(made).EnumerateFiles().Sum(file => file.Length) };
        });
        return written with { File = Path.TrimEndingDirectorySeparator(path) };
    }

    private static string Configuration(TrainedModel model) => JsonSerializer.Serialize(new HubConfiguration
    {
        Id2Label = model.Classes.Index().ToDictionary(one => one.Index, one => one.Item),
        Label2Id = model.Classes.Index().ToDictionary(one => one.Item, one => one.Index),
        NumLabels = model.Classes.Count, ImageSize = [model.Shape.Height, model.Shape.Width], NumChannels = model.Shape.Channels,
        Weft = new HubNetwork(CheckpointFile.CurrentVersion, JsonDocument.Parse(NetworkDescriptionJson.Write(model.Description)).RootElement),
    }, HubJson.Default.HubConfiguration) + "\n";

    private static string Preprocessor(TrainedModel model) => JsonSerializer.Serialize(new HubPreprocessor
    {
        ImageMean = model.Preprocessing.Mean, ImageStd = model.Preprocessing.StandardDeviation, Size = new(model.Shape.Height, model.Shape.Width),
        DoConvertRgb = model.Shape.Channels == 3,
    }, HubJson.Default.HubPreprocessor) + "\n";
}

internal sealed record HubConfiguration
{
    public IReadOnlyList<string> Architectures { get; } = ["WeftClassifier"];

    public string ModelType { get; } = "weft";

    [JsonPropertyName("id2label")]
    public required IReadOnlyDictionary<int, string> Id2Label { get; init; }

    [JsonPropertyName("label2id")]
    public required IReadOnlyDictionary<string, int> Label2Id { get; init; }

    public required int NumLabels { get; init; }

    public required IReadOnlyList<int> ImageSize { get; init; }

    public required int NumChannels { get; init; }

    public required HubNetwork Weft { get; init; }
}

/// <param name="Description">The network as the checkpoint's metadata have it.</param>
internal sealed record HubNetwork(int Version, JsonElement Description);

internal sealed record HubPreprocessor
{
    public bool DoResize { get; } = true;

    public required HubSize Size { get; init; }

    public bool DoRescale { get; } = true;

    public double RescaleFactor { get; } = 1 / 255.0;

    public bool DoNormalize { get; } = true;

    public required IReadOnlyList<double> ImageMean { get; init; }

    public required IReadOnlyList<double> ImageStd { get; init; }

    public required bool DoConvertRgb { get; init; }
}

internal sealed record HubSize(int Height, int Width);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(HubConfiguration))]
[JsonSerializable(typeof(HubPreprocessor))]
internal sealed partial class HubJson : JsonSerializerContext;
