using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>A training picture that is like another one.</summary>
/// <param name="Distance">1 less the cosine of their features.</param>
internal sealed record LikePicture(string Path, string Class, double Distance);

/// <summary>How far a picture is from everything that was trained on.</summary>
/// <param name="IsUnlike">Whether it is farther than 98 of 100 training pictures are from those of other groups.</param>
/// <param name="Distance">To the tenth nearest training picture: 1 less the cosine of their features.</param>
/// <param name="Nearest">The three most similar training pictures.</param>
internal sealed record Unlikeness(bool IsUnlike, double Distance, IReadOnlyList<LikePicture> Nearest);

/// <summary>
/// How a network describes the pictures that its last layer was fitted to, in a file next to the run's checkpoints: with them a picture is found that is
/// unlike all of them, and those that are like it.
/// </summary>
/// <remarks>Sun, Ming, Zhu and Li, "Out-of-distribution detection with deep nearest neighbors", ICML 2022.</remarks>
internal sealed class TrainingFeatures
{
    /// <summary>The neighbour whose distance counts.</summary>
    public const int Neighbours = 10;

    private const double Quantile = 0.98; // what one picture in fifty of the same kind exceeds: bench/results/pictures/unlike.md
    private const int Shown = 3;
    private const int CurrentVersion = 1;
    private const string MetadataKey = "training_features";

    private readonly FeatureTable _features;
    private readonly FeaturesMetadata _metadata;

    private TrainingFeatures(FeatureTable features, FeaturesMetadata metadata) => (_features, _metadata) = (features, metadata);

    /// <summary>Pictures that are farther than this are unlike.</summary>
    public double Threshold => _metadata.Threshold;

    public int Dimension => _features.Dimension;

    /// <param name="features">The training pictures as they are, not mirrored.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static TrainingFeatures Create(Device device, FeatureTable features, ImageDataset data, CancellationToken cancellationToken)
    {
        var table = features.Normalized();
        int[] groups = [.. table.Indices.ToArray().Select(index => data.Groups?[index] ?? index)];
        var lists = NearestNeighbours.Of(device, table, table, Neighbours, (query, item) => groups[item] != groups[query], cancellationToken);
        double[] distances = [.. lists.Select(Distance).Where(double.IsFinite).Order()];
        return new TrainingFeatures(table, new FeaturesMetadata
        {
            Threshold = distances.Length == 0 ? 2 : distances[(int)(Quantile * (distances.Length - 1))],
            Classes = data.ClassNames,
            Paths = [.. table.Indices.ToArray().Select(index => data.Paths?[index] ?? index.ToString(CultureInfo.InvariantCulture))],
            DataFingerprint = data.Fingerprint,
        });
    }

    /// <summary>How unlike the training pictures each query is.</summary>
    public IReadOnlyList<Unlikeness> Look(Device device, FeatureTable queries)
    {
        return
        [
            .. NearestNeighbours.Of(device, queries.Normalized(), _features, Neighbours).Select(list => new Unlikeness(
                Distance(list) > Threshold, Distance(list),
                [.. list.ToArray().Take(Shown).Select(near => new LikePicture(
                    _metadata.Paths[near.Row], _metadata.Classes[_features.Labels[near.Row]], 1 - near.Similarity))])),
        ];
    }

    /// <inheritdoc cref="Look(Device, FeatureTable)"/>
    public IReadOnlyList<Unlikeness> Look(Device device, IReadOnlyList<ImagePrediction> predictions) => Look(
        device, new FeatureTable(
            new int[predictions.Count], new int[predictions.Count], [.. predictions.SelectMany(prediction => prediction.Features)], Dimension));

    /// <summary>The bytes of the file; the same features give the same bytes.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        byte[] memory = [];
        var labels = _features.Labels.ToArray();
        return SafetensorsWriter.Encode(
            [
                new TensorSource("features", [_features.Count, _features.Dimension], target => _features.Values.CopyTo(target)),
                new TensorSource("labels", [_features.Count], target =>
                {
                    for (var i = 0; i < labels.Length; i++)
                        target[i] = labels[i];
                }),
            ],
            [
                .. FormatVersion.Entries(CurrentVersion),
                new(MetadataKey, JsonSerializer.Serialize(_metadata, FeaturesJson.Default.FeaturesMetadata)),
            ], ref memory);
    }

    /// <summary>Reads the file of a run; null where the run has none.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.StoreDamaged"/>: it is damaged.</exception>
    public static TrainingFeatures? Read(RunFolder run) =>
        RegularFile.Exists(run.FeaturesFile) ? Parse(RegularFile.ReadOwn(run.FeaturesFile, Array.MaxLength), run.FeaturesFile) : null;

    internal static TrainingFeatures Parse(byte[] bytes, string where)
    {
        try
        {
            var file = SafetensorsReader.Read(bytes);
            var metadata = JsonSerializer.Deserialize(file.Metadata[MetadataKey], FeaturesJson.Default.FeaturesMetadata) ?? throw new JsonException("null");
            var (values, labels) = (file.ReadFloats(file.Find("features")!), file.ReadFloats(file.Find("labels")!));
            var elements = values.Values.ToArray();
            int[] numbers = [.. labels.Values.ToArray().Select(label => (int)label)];
            if (values.Shape is not [var count, var dimension] || count != numbers.Length || count != metadata.Paths.Count
                || numbers.Any(label => label < 0 || label >= metadata.Classes.Count) || !elements.All(float.IsFinite)
                || !double.IsFinite(metadata.Threshold))
                throw new JsonException("its parts do not fit each other");
            return new TrainingFeatures(new FeatureTable([.. Enumerable.Range(0, count)], numbers, elements, dimension), metadata);
        }
        catch (Exception damage) when (damage is SafetensorsException or JsonException or KeyNotFoundException or NullReferenceException or ArgumentException)
        {
            throw new WeftException(ErrorKind.StoreDamaged, "the features of the training pictures are damaged", damage)
            {
                Where = where, Found = damage.Message, Safe = "the run's checkpoints are intact",
                Next = new Advice("remove the file: pictures are classified without it"),
            };
        }
    }

    private static double Distance(NeighbourList list) => list.Count == 0 ? double.PositiveInfinity : 1 - list[list.Count - 1].Similarity;
}

/// <summary>What the file of <see cref="TrainingFeatures"/> says next to the numbers.</summary>
internal sealed record FeaturesMetadata
{
    public required double Threshold { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>By row, where the picture lay.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public required string DataFingerprint { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FeaturesMetadata))]
internal sealed partial class FeaturesJson : JsonSerializerContext;
