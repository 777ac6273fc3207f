namespace Weft.Training;

/// <summary>A training image that the network finds similar.</summary>
/// <param name="Index">Its number in the training files.</param>
/// <param name="Pixels">[height, width, channels].</param>
public sealed record SimilarImage(int Index, int Label, double Similarity, byte[] Pixels);

/// <summary>All that is known of one prediction.</summary>
public sealed record MistakeExplanation
{
    /// <summary>The sample's number in the data set's files.</summary>
    public required int Index { get; init; }

    public required int Label { get; init; }

    public required int Prediction { get; init; }

    public required IReadOnlyList<float> Probabilities { get; init; }

    public required double Loss { get; init; }

    /// <summary>The image, laid out as [height, width, channels].</summary>
    public required byte[] Pixels { get; init; }

    /// <summary>The label's probability less the largest of the others'.</summary>
    public double Margin => Probabilities[Label] - Probabilities.Where((_, k) => k != Label).Max();

    /// <summary>
    /// Share of the label's training images that are farther from the class's mean in the network's features: 1 for the most typical, 0 for an outlier.
    /// </summary>
    public required double Typicality { get; init; }

    /// <summary>The same share for the predicted class and its training images.</summary>
    public required double TypicalityOfPrediction { get; init; }

    /// <summary>
    /// Grad-CAM for the label and for the prediction, [height, width] of the image, 0…1 of its own maximum; empty where the network has no feature map.
    /// </summary>
    public required float[] SaliencyOfLabel { get; init; }

    public required float[] SaliencyOfPrediction { get; init; }

    /// <summary>The nearest training images with the label, and those with the predicted class.</summary>
    public required IReadOnlyList<SimilarImage> NearestOfLabel { get; init; }

    public required IReadOnlyList<SimilarImage> NearestOfPrediction { get; init; }

    public required SampleMeasures Measures { get; init; }

    /// <summary>How it went over the epochs, where that was kept.</summary>
    public SampleHistory? History { get; init; }

    /// <summary>What speaks for which reason, in words; empty when nothing is out of the ordinary.</summary>
    public IReadOnlyList<string> Remarks => [.. Describe()];

    private IEnumerable<string> Describe()
    {
        const double Unusual = 2; // standard deviations: one picture in forty
        if (Measures.Blur > Unusual)
            yield return "blurred for its class";
        if (Measures.Dullness > Unusual)
            yield return "little contrast for its class";
        if (Measures.Noise > Unusual)
            yield return "noisy for its class";
        if (Measures.Likeness > 0)
            yield return "shaped more like another class than like its own";
        if (Measures.Unusualness > Unusual)
            yield return "an unusual picture of its class";
        if (Measures.Rarity > 0)
            yield return "its class had few training images";
        if (History is { TimesRight: 0 })
            yield return "right in no epoch";
        else if (History is { Forgotten: > 0 and var times })
            yield return times == 1 ? "learned and forgotten" : $"learned and forgotten {times} times";
        if (Margin < -0.9 && TypicalityOfPrediction > 0.5)
            yield return "a typical picture of the predicted class: the label may be wrong";
    }
}
