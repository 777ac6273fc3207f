namespace Weft.Training;

/// <summary>Every picture that a page about an analysis shows, as <c>cases.json</c> holds them. Pixels are [height, width, channels], a byte each.</summary>
internal sealed record CasesDocument
{
    private const int SuspectsShown = 24;

    public required int V { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public required int Channels { get; init; }

    public required IReadOnlyList<CaseEntry> Cases { get; init; }

    public required GalleryEntries Galleries { get; init; }

    /// <summary>The most suspect labels of the split among those that confident learning counts as errors.</summary>
    public required IReadOnlyList<SuspectEntry> Suspects { get; init; }

    /// <summary>The same for the training images; empty unless they were asked for.</summary>
    public required IReadOnlyList<SuspectEntry> TrainingSuspects { get; init; }

    internal static CasesDocument Of(AnalysisResult result) => new()
    {
        V = AnalysisDocument.Version,
        Height = result.Images.Shape.Height,
        Width = result.Images.Shape.Width,
        Channels = result.Images.Shape.Channels,
        Cases = [.. result.Cases.Select(CaseEntry.Of)],
        Galleries = new GalleryEntries(
            Gallery(result.Galleries.TopLosses, result.Images), Gallery(result.Galleries.ConfidentlyWrong, result.Images),
            Gallery(result.Galleries.LeastCertain, result.Images)),
        Suspects = Pictured(result.Suspects, result.Images),
        TrainingSuspects = result.TrainingSuspects is { } training ? Pictured(training, result.TrainingImages) : [],
    };

    private static IReadOnlyList<GalleryEntry> Gallery(IReadOnlyList<GalleryImage> gallery, ImageSamples images) =>
    [
        .. gallery.Select(image => new GalleryEntry(
            image.Index, image.Label, image.Prediction, EvaluationFigures.Finite(image.Probability),
            EvaluationFigures.Finite(image.Loss), images.Image(image.Index).ToArray())),
    ];

    private static IReadOnlyList<SuspectEntry> Pictured(SuspectLabels suspects, ImageSamples images) =>
    [
        .. suspects.Ranked.Where(suspect => suspect.OffDiagonal).Take(SuspectsShown)
            .Select(suspect => new SuspectEntry(suspect) { Pixels = images.Image(suspect.Index).ToArray() }),
    ];
}

/// <summary>The images of the three galleries.</summary>
internal sealed record GalleryEntries(
    IReadOnlyList<GalleryEntry> TopLosses, IReadOnlyList<GalleryEntry> ConfidentlyWrong, IReadOnlyList<GalleryEntry> LeastCertain);

/// <summary>An image of a gallery.</summary>
/// <param name="Prediction">−1 where the probabilities are no numbers.</param>
/// <param name="Probability">The prediction's; null where it is no number.</param>
/// <param name="Loss">Null where it is not finite.</param>
internal sealed record GalleryEntry(int Index, int Label, int Prediction, double? Probability, double? Loss, byte[] Pixels);

/// <summary>One prediction explained; see <see cref="MistakeExplanation"/>.</summary>
internal sealed record CaseEntry
{
    public required int Index { get; init; }

    public required int Label { get; init; }

    public required int Prediction { get; init; }

    public required IReadOnlyList<float> Probabilities { get; init; }

    public required double? Loss { get; init; }

    public required double Margin { get; init; }

    public required double Typicality { get; init; }

    public required double TypicalityOfPrediction { get; init; }

    public required int? LearnedEpoch { get; init; }

    public required int? Forgotten { get; init; }

    public required IReadOnlyList<string> Remarks { get; init; }

    public required byte[] Pixels { get; init; }

    /// <summary>[height, width], 255 for the map's own maximum; empty where the network has no feature map.</summary>
    public required byte[] SaliencyOfLabel { get; init; }

    public required byte[] SaliencyOfPrediction { get; init; }

    public required IReadOnlyList<SimilarImage> NearestOfLabel { get; init; }

    public required IReadOnlyList<SimilarImage> NearestOfPrediction { get; init; }

    public required double Blur { get; init; }

    public required double Dullness { get; init; }

    public required double Noise { get; init; }

    public required double Likeness { get; init; }

    public required double Unusualness { get; init; }

    internal static CaseEntry Of(MistakeExplanation one) => new()
    {
        Index = one.Index,
        Label = one.Label,
        Prediction = one.Prediction,
        Probabilities = one.Probabilities,
        Loss = EvaluationFigures.Finite(one.Loss),
        Margin = one.Margin,
        Typicality = one.Typicality,
        TypicalityOfPrediction = one.TypicalityOfPrediction,
        LearnedEpoch = one.History?.LearnedEpoch,
        Forgotten = one.History?.Forgotten,
        Remarks = one.Remarks,
        Pixels = one.Pixels,
        SaliencyOfLabel = Bytes(one.SaliencyOfLabel),
        SaliencyOfPrediction = Bytes(one.SaliencyOfPrediction),
        NearestOfLabel = one.NearestOfLabel,
        NearestOfPrediction = one.NearestOfPrediction,
        Blur = one.Measures.Blur,
        Dullness = one.Measures.Dullness,
        Noise = one.Measures.Noise,
        Likeness = one.Measures.Likeness,
        Unusualness = one.Measures.Unusualness,
    };

    private static byte[] Bytes(float[] map) => [.. map.Select(value => (byte)Math.Clamp(value * 255, 0, 255))];
}
