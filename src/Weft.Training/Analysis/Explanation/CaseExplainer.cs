namespace Weft.Training;

/// <summary>Explains predictions one by one.</summary>
/// <param name="trainFeatures">Normalized.</param>
internal sealed class CaseExplainer(TrainedModel model, Device device, ImageSamples train, FeatureTable trainFeatures)
{
    private const int SimilarCount = 3;

    /// <param name="features">Normalized.</param>
    /// <param name="rows">The rows of <paramref name="predictions"/> to explain.</param>
    public IReadOnlyList<MistakeExplanation> Explain(
        ImageSamples images, PredictionTable predictions, FeatureTable features, IReadOnlyList<SampleMeasures> measures,
        IReadOnlyList<int> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return [];
        var centres = new ClassCentres(trainFeatures, predictions.ClassCount);
        var nearest = NearestNeighbours.ByLabel(device, features.Select(rows), trainFeatures, predictions.ClassCount, SimilarCount, cancellationToken);
        var saliency = Saliency(images, predictions, rows);
        return
        [
            .. rows.Select((row, i) => new MistakeExplanation
            {
                Index = predictions.Indices[row],
                Label = predictions.Labels[row],
                Prediction = predictions.Predictions[row],
                Probabilities = [.. predictions.Probabilities(row)],
                Loss = predictions.Losses[row],
                Pixels = images.Image(predictions.Indices[row]).ToArray(),
                Typicality = centres.Typicality(features.Row(row), predictions.Labels[row]),
                TypicalityOfPrediction = centres.Typicality(features.Row(row), predictions.Predictions[row]),
                SaliencyOfLabel = saliency[i].Label,
                SaliencyOfPrediction = saliency[i].Prediction,
                NearestOfLabel = Similar(nearest[i][predictions.Labels[row]]),
                NearestOfPrediction = Similar(nearest[i][predictions.Predictions[row]]),
                Measures = measures[row],
            }),
        ];
    }

    private SimilarImage[] Similar(Neighbour[] neighbours) =>
        [.. neighbours.Select(neighbour => trainFeatures.Indices[neighbour.Row] is var index
            ? new SimilarImage(index, train.Label(index), neighbour.Similarity, train.Image(index).ToArray()) : null!)];

    private (float[] Label, float[] Prediction)[] Saliency(ImageSamples images, PredictionTable predictions, IReadOnlyList<int> rows)
    {
        using var saliency = ClassSaliency.Create(model, device);
        if (saliency is null)
            return [.. rows.Select(_ => (Array.Empty<float>(), Array.Empty<float>()))];
        var shape = saliency.Shape;
        var maps = saliency.Of(images, [.. rows.SelectMany(
            row => new[] { (predictions.Indices[row], predictions.Labels[row]), (predictions.Indices[row], predictions.Predictions[row]) })])
            .Select(map => ClassSaliency.Enlarge(map, shape.Height, shape.Width, images.Shape.Height, images.Shape.Width)).ToArray();
        return [.. rows.Select((_, i) => (ClassSaliency.Scaled(maps[2 * i]), ClassSaliency.Scaled(maps[2 * i + 1])))];
    }
}
