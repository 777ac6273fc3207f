using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>An analysis as JSON: ratios 0…1, times in seconds, pixels and maps as base64 of a byte each.</summary>
public static class AnalysisJson
{
    /// <summary>Of the format.</summary>
    public const int Version = 1;

    private const int ListLength = 20;
    private const int SuspectsShown = 24;

    /// <summary>The object that <c>analyze --json</c> prints and <c>analysis.json</c> holds.</summary>
    public static JsonObject Summary(AnalysisResult result)
    {
        var evaluation = result.Evaluation;
        var classes = evaluation.Classes;
        var json = EvaluationFiles.Metrics(result.Checkpoint, result.Split, evaluation);
        json["v"] = Version;
        json["epoch"] = result.Epoch;
        json["step"] = result.Step;
        json["classes"] = Array(classes, name => name);
        json["per_class"] = Array(evaluation.PerClass, c => new JsonObject
        {
            ["name"] = c.Name,
            ["count"] = c.Count,
            ["precision"] = Number(c.Precision),
            ["recall"] = Number(c.Recall),
            ["f1"] = Number(c.F1),
            ["training_images"] = result.TrainingCounts[c.Index],
        });
        json["confusion"] = Array(Enumerable.Range(0, classes.Count), label => Array(Enumerable.Range(0, classes.Count), k => evaluation.Confusion(label, k)));
        json["confused_pairs"] = Array(result.Pairs.Take(ListLength), pair => new JsonObject
        {
            ["label"] = pair.Label, ["prediction"] = pair.Prediction, ["count"] = pair.Count, ["share"] = pair.Share, ["rate"] = pair.Rate,
        });
        json["calibration"] = new JsonObject
        {
            ["ece"] = result.Calibration.ExpectedError, ["mce"] = result.Calibration.MaximumError, ["overconfidence"] = result.Calibration.Overconfidence,
            ["bins"] = Array(result.Calibration.Bins, Bin), ["scaled_bins"] = Array(result.Scaled.Bins, Bin),
            ["temperature"] = result.Scaled.Temperature, ["scaled_ece"] = result.Scaled.ExpectedError, ["scaled_loss"] = result.Scaled.Loss,
        };
        json["risk_coverage"] = Array(result.RiskCoverage.Curve, point => new JsonObject { ["coverage"] = point.Coverage, ["risk"] = point.Risk, ["confidence"] = point.Confidence });
        json["risk_coverage_area"] = result.RiskCoverage.Area;
        json["reasons"] = Array(result.Reasons, reason => new JsonObject
        {
            ["key"] = reason.Key, ["title"] = reason.Title, ["named"] = reason.Verdict == ReasonVerdict.Named, ["sentence"] = reason.Sentence, ["classes"] = Array(reason.Classes, label => label),
            ["measures"] = Array(reason.Measures, measure => new JsonObject
            {
                ["measure"] = measure.Measure, ["delta"] = measure.Difference.Delta, ["low"] = measure.Difference.Low, ["high"] = measure.Difference.High,
                ["median_mistakes"] = Number(measure.Mistakes), ["median_correct"] = Number(measure.Correct),
            }),
        });
        json["learning_curve"] = Array(result.Curve.Points, point =>
            new JsonObject { ["share"] = point.Share, ["accuracy"] = point.Accuracy, ["recall"] = Array(point.Recall, Number) });
        if (result.History is { } history)
            json["history"] = new JsonObject { ["epochs"] = history.Epochs, ["never_right"] = history.NeverRight, ["always_right"] = history.AlwaysRight, ["forgotten"] = history.EverForgotten };
        json["suspects"] = Array(result.Suspects.Ranked.Take(ListLength), Suspect);
        json["label_errors"] = result.Suspects.ErrorCount;
        if (result.TrainingSuspects is { } training)
        {
            json["training_label_errors"] = training.ErrorCount;
            json["training_suspects"] = Array(training.Ranked.Take(ListLength), Suspect);
        }

        json["findings"] = Array(result.Findings, finding => new JsonObject { ["key"] = finding.Key, ["sentence"] = finding.Sentence, ["next"] = finding.Next });
        json["parameters"] = result.Parameters;
        json["flops_per_image"] = result.FlopsPerSample;
        json["images_per_second"] = result.ImagesPerSecond;
        json["seconds"] = result.Elapsed.TotalSeconds;
        return json;
    }

    /// <summary>What <c>cases.json</c> holds: every picture that a page about the analysis shows.</summary>
    public static JsonObject Cases(AnalysisResult result) => new()
    {
        ["v"] = Version,
        ["height"] = result.Images.Shape.Height, ["width"] = result.Images.Shape.Width, ["channels"] = result.Images.Shape.Channels,
        ["cases"] = Array(result.Cases, one => new JsonObject
        {
            ["index"] = one.Index, ["label"] = one.Label, ["prediction"] = one.Prediction, ["probabilities"] = Array(one.Probabilities, p => p), ["loss"] = Number(one.Loss),
            ["margin"] = one.Margin, ["typicality"] = one.Typicality, ["typicality_of_prediction"] = one.TypicalityOfPrediction,
            ["learned_epoch"] = one.History?.LearnedEpoch, ["forgotten"] = one.History?.Forgotten,
            ["remarks"] = Array(one.Remarks, remark => remark), ["pixels"] = Convert.ToBase64String(one.Pixels),
            ["saliency_of_label"] = Map(one.SaliencyOfLabel), ["saliency_of_prediction"] = Map(one.SaliencyOfPrediction),
            ["nearest_of_label"] = Array(one.NearestOfLabel, Similar), ["nearest_of_prediction"] = Array(one.NearestOfPrediction, Similar),
            ["blur"] = one.Measures.Blur, ["dullness"] = one.Measures.Dullness, ["noise"] = one.Measures.Noise, ["likeness"] = one.Measures.Likeness, ["unusualness"] = one.Measures.Unusualness,
        }),
        ["galleries"] = new JsonObject
        {
            ["top_losses"] = Gallery(result.Galleries.TopLosses, result.Images), ["confidently_wrong"] = Gallery(result.Galleries.ConfidentlyWrong, result.Images),
            ["least_certain"] = Gallery(result.Galleries.LeastCertain, result.Images),
        },
        ["suspects"] = Array(result.Suspects.Ranked.Where(suspect => suspect.OffDiagonal).Take(SuspectsShown), suspect => WithPixels(Suspect(suspect), suspect.Index, result.Images)),
        ["training_suspects"] = Array((result.TrainingSuspects?.Ranked ?? []).Where(suspect => suspect.OffDiagonal).Take(SuspectsShown), suspect => WithPixels(Suspect(suspect), suspect.Index, result.TrainingImages)),
    };

    private static JsonArray Gallery(IReadOnlyList<GalleryImage> gallery, ImageSamples images) => Array(gallery, image => WithPixels(
        new JsonObject { ["index"] = image.Index, ["label"] = image.Label, ["prediction"] = image.Prediction, ["probability"] = Number(image.Probability), ["loss"] = Number(image.Loss) }, image.Index, images));

    private static JsonObject WithPixels(JsonObject json, int index, ImageSamples images)
    {
        json["pixels"] = Convert.ToBase64String(images.Image(index));
        return json;
    }

    private static JsonObject Bin(CalibrationBin bin) => new()
    {
        ["low"] = bin.Low, ["high"] = bin.High, ["count"] = bin.Count, ["confidence"] = bin.Confidence, ["accuracy"] = bin.Accuracy,
    };

    private static JsonObject Similar(SimilarImage image) => new() { ["index"] = image.Index, ["label"] = image.Label, ["similarity"] = image.Similarity, ["pixels"] = Convert.ToBase64String(image.Pixels) };

    private static JsonObject Suspect(SuspectLabel suspect) => new()
    {
        ["index"] = suspect.Index, ["label"] = suspect.Label, ["suggested"] = suspect.Suggested, ["score"] = suspect.Score, ["label_error"] = suspect.OffDiagonal,
    };

    private static string Map(float[] map) => Convert.ToBase64String([.. map.Select(value => (byte)Math.Clamp(value * 255, 0, 255))]);

    private static JsonNode? Number(double value) => double.IsFinite(value) ? value : null; // JSON has no word for NaN

    private static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> convert) => [.. items.Select(convert)];
}
