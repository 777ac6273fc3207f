namespace Weft.Training;

/// <summary>A model that is to leave, and real images that what becomes of it elsewhere is compared on.</summary>
/// <param name="Samples">What <paramref name="Indices"/> number.</param>
internal sealed record ReleasedModel(TrainedModel Model, ImageSamples Samples, IReadOnlyList<int> Indices)
{
    /// <summary>Where it was trained; null for a model that had left its run before.</summary>
    public CheckpointReference? Checkpoint { get; private init; }

    /// <summary>How it did on its run's validation images; null likewise.</summary>
    public EvaluationResult? Validation { get; private init; }

    /// <summary>A run's checkpoint, completed with what its file needs to stand alone; the images are the run's validation images.</summary>
    /// <exception cref="WeftException">As an evaluation.</exception>
    public static ReleasedModel Of(RunEvaluation evaluation, int? threads, string? licence, CancellationToken cancellationToken)
    {
        var (reference, samples, indices) = (evaluation.Reference, evaluation.Images, evaluation.ValidationIndices);
        var views = RunViews.Of(evaluation.Model, reference.Run);
        var model = evaluation.Model.With(views);
        var result = evaluation.Validation(views, cancellationToken);
        return new ReleasedModel(model.With(new ModelRelease
        {
            Source = reference.Run.Name, Checkpoint = reference.Name, SourceSha256 = Sha256(reference.Path), Licence = licence,
            Validation = new ReleaseValidation(result.Count, result.Correct, result.Loss, Calibration.FitTemperature(result.Predictions)),
            Golden = GoldenPredictions.Of(model, samples, indices, threads),
        }), samples, indices)
        {
            Checkpoint = reference, Validation = result,
        };
    }

    /// <summary>A model's file, which left its run before: the images are its golden samples.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it has none.</exception>
    public static ReleasedModel Of(TrainedModel model, string file)
    {
        if (model.Metadata.Release?.Golden is not { } golden)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this file holds no images that the exported one could be compared on")
            {
                Where = file, Expected = "a run, or a file that weft export wrote", Found = "a checkpoint without its run", Safe = "nothing was written",
                Next = new Advice("export the run: weft export RUN --format safetensors"),
            };
        }

        int[] labels = [.. golden.Probabilities.Select(row => SoftmaxCrossEntropy.ArgMax(row))];
        var samples = new ImageSamples(model.Shape, golden.Images.SelectMany(image => image).ToArray(), labels, "golden");
        return new ReleasedModel(model, samples, [.. Enumerable.Range(0, labels.Length)]);
    }

    private static string Sha256(string path)
    {
        try
        {
            return RegularFile.Sha256(path);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the checkpoint cannot be read", path, "nothing was written");
        }
    }
}
