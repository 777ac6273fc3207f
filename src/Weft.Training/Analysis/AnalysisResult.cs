namespace Weft.Training;

/// <summary>What <see cref="RunAnalysis"/> is asked for.</summary>
public sealed record AnalysisOptions
{
    /// <value>What is analysed. Default: the validation images.</value>
    public EvaluationSplit Split { get; init; } = EvaluationSplit.Validation;

    /// <value>How many mistakes are explained one by one, beside those of the galleries. Default: 24.</value>
    public int Cases { get; init; } = 24;

    /// <value>Only mistakes of this label taken for that class are explained. Default: null, all.</value>
    public (int Label, int Prediction)? Pair { get; init; }

    /// <value>Sample numbers that are explained whether right or wrong, and nothing else. Default: none.</value>
    public IReadOnlyList<int> Samples { get; init; } = [];

    /// <value>Networks trained to find suspect training labels, 2 or more; 0 trains none. Default: 0.</value>
    public int Folds { get; init; }

    /// <value>Default: all cores.</value>
    public int? Threads { get; init; }

    /// <value>Called as the analysis goes on. Default: nobody.</value>
    public Action<string>? Progress { get; init; }
}

/// <summary>Everything that is known of a checkpoint's mistakes on a split.</summary>
public sealed record AnalysisResult
{
    public required CheckpointReference Checkpoint { get; init; }

    /// <summary>How many epochs the checkpoint was trained for.</summary>
    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public required EvaluationSplit Split { get; init; }

    public required EvaluationResult Evaluation { get; init; }

    public required IReadOnlyList<ConfusedPair> Pairs { get; init; }

    public required Calibration Calibration { get; init; }

    /// <summary>The same probabilities with the temperature that the validation images ask for.</summary>
    public required Calibration Scaled { get; init; }

    public required RiskCoverage RiskCoverage { get; init; }

    public required IReadOnlyList<SuspectedReason> Reasons { get; init; }

    public required NeighbourLearningCurve Curve { get; init; }

    /// <summary>The number of training images of each class.</summary>
    public required IReadOnlyList<int> TrainingCounts { get; init; }

    public required IReadOnlyList<MistakeExplanation> Cases { get; init; }

    /// <summary>When each validation image was predicted correctly; null where the run did not record it.</summary>
    public LearningHistory? History { get; init; }

    public required GalleryPictures Galleries { get; init; }

    /// <summary>Labels of the analysed split that may be wrong; the network did not train on its images.</summary>
    public required SuspectLabels Suspects { get; init; }

    /// <summary>Training labels that may be wrong, judged by networks that trained on the other images; null unless asked for.</summary>
    public SuspectLabels? TrainingSuspects { get; init; }

    /// <summary>The training images that are near to the most suspect of <see cref="Suspects"/>.</summary>
    internal SuspectNeighbours Near { get; init; } = SuspectNeighbours.None;

    /// <summary>As <see cref="Near"/>, of <see cref="TrainingSuspects"/>.</summary>
    internal SuspectNeighbours TrainingNear { get; init; } = SuspectNeighbours.None;

    public required IReadOnlyList<Finding> Findings { get; init; }

    public required long Parameters { get; init; }

    public required long FlopsPerSample { get; init; }

    /// <summary>The speed of the pass over the split.</summary>
    public required double ImagesPerSecond { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Where the pictures of samples come from: the split's, and the training files'.</summary>
    public required ImageSamples Images { get; init; }

    public required ImageSamples TrainingImages { get; init; }
}

/// <summary>Samples of the three galleries.</summary>
public sealed record GalleryPictures(
    IReadOnlyList<GalleryImage> TopLosses, IReadOnlyList<GalleryImage> ConfidentlyWrong, IReadOnlyList<GalleryImage> LeastCertain);

/// <param name="Index">The sample's number in the data set's files.</param>
/// <param name="Probability">The probability that the network gave to its prediction.</param>
public sealed record GalleryImage(int Index, int Label, int Prediction, double Probability, double Loss);
