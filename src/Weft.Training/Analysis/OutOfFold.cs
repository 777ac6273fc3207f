namespace Weft.Training;

/// <summary>
/// Predictions for the training images by networks that did not train on them: the run's own configuration, trained once for each fold on the others.
/// </summary>
internal static class OutOfFold
{
    /// <summary>The same for a last layer over frozen features: fitted once for each fold over groups, so it takes seconds, and validation images have theirs.
    /// </summary>
    /// <param name="features">Those of the training and the validation images, each as it is.</param>
    public static SuspectLabels SuspectsOfHead(
        Device device, FeatureTable features, TrainingData data, RunConfiguration configuration, CancellationToken cancellationToken)
    {
        int[] groups = [.. features.Indices.ToArray().Select(index => data.Dataset.Groups?[index] ?? index)];
        var folds = HeadFolds.Of(features.Labels.ToArray(), groups, configuration.Head.Folds, configuration.Data.SplitSeed);
        var options = new HeadSearchOptions { Head = new LogisticOptions { Threads = device.Threads }, CurveSizes = [] };
        if (configuration.Head.Strength is { } strength)
            options = options with { Strengths = [strength] };
        return SuspectLabels.Of(HeadSearch.Run(features, data.Dataset.ClassCount, folds, options, device, cancellationToken).OutOfFold);
    }

    public static SuspectLabels Suspects(
        ResolvedConfiguration configuration, TrainingData data, int folds, Action<string> tell, CancellationToken cancellationToken)
    {
        var count = data.Split.Train.Count;
        var fold = Folds(data, folds);
        var (indices, labels, losses) = (new int[count], new int[count], new float[count]);
        float[]? probabilities = null;
        var classes = data.Dataset.ClassCount;
        for (var f = 0; f < folds; f++)
        {
            tell($"training network {f + 1} of {folds} on the other folds' images");
            var held = Enumerable.Range(0, count).Where(i => fold[i] == f).ToArray();
            int[] others = [.. Enumerable.Range(0, count).Where(i => fold[i] != f).Select(i => data.Split.Train[i])];
            var table = Predict(configuration, data, others, [.. held.Select(i => data.Split.Train[i])], cancellationToken);
            probabilities ??= new float[count * classes];
            for (var row = 0; row < held.Length; row++)
            {
                (indices[held[row]], labels[held[row]], losses[held[row]]) = (table.Indices[row], table.Labels[row], table.Losses[row]);
                table.Probabilities(row).CopyTo(probabilities.AsSpan(held[row] * classes));
            }
        }

        return SuspectLabels.Of(new PredictionTable(indices, labels, probabilities!, losses, classes));
    }

    /// <summary>The fold of each image: drawn at random, with each class spread evenly over the folds.</summary>
    private static int[] Folds(TrainingData data, int folds)
    {
        var fold = new int[data.Split.Train.Count];
        for (var label = 0; label < data.Dataset.ClassCount; label++)
        {
            var members = Enumerable.Range(0, fold.Length).Where(i => data.Dataset.Train.Label(data.Split.Train[i]) == label).ToArray();
            var order = Rng.For(0, RngPurpose.Analysis).Derive(label).Permutation(members.Length);
            for (var k = 0; k < members.Length; k++)
                fold[members[order[k]]] = k % folds;
        }

        return fold;
    }

    private static PredictionTable Predict(ResolvedConfiguration configuration, TrainingData data, int[] train, int[] held, CancellationToken cancellationToken)
    {
        // The run's validation images choose the epoch, as they did for the run; the held-out fold chooses nothing.
        var divided = data with { Split = new DatasetSplit(train, data.Split.Validation) };
        using var session = TrainingSession.Begin(configuration, network: null, divided, run: null);
        var result = Trainer.Run(session, cancellationToken: cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        using var extractor = new FeatureExtractor(result.Model, session.Device);
        return extractor.Extract(data.Dataset.Train, held, cancellationToken).Predictions;
    }
}
