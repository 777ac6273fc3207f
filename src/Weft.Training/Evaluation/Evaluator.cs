namespace Weft.Training;

/// <summary>Applies a network to a split.</summary>
public static class Evaluator
{
    private const int MostFloats = 1 << 22;

    /// <summary>How many images go through a network at once: fewer where they are large, since the bits do not depend on it and memory does.</summary>
    internal static int BatchSizeFor(FeatureShape shape, int largest) => Math.Clamp(MostFloats / shape.Length, 1, largest);

    /// <param name="loader">The split, normalized as the network was trained.</param>
    /// <param name="augmentation">The views of each image; null: the image alone.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static EvaluationResult Evaluate(
        Network network, EvaluationLoader loader, IReadOnlyList<string> classes, TestTimeAugmentation? augmentation = null,
        CancellationToken cancellationToken = default)
    {
        augmentation ??= TestTimeAugmentation.None;
        var views = augmentation.Views(loader.Shape).ToArray();
        var count = loader.SampleCount;
        var indices = new int[count];
        var labels = new int[count];
        var losses = new float[count];
        var probabilities = new float[count * network.ClassCount];
        var done = 0;
        for (var i = 0; i < loader.BatchCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = loader.Load(i, views[0]);
            batch.SampleIndices.CopyTo(indices.AsSpan(done));
            batch.Labels.CopyTo(labels.AsSpan(done));
            network.Forward(batch.Images, batch.Count);
            SoftmaxCrossEntropy.PerSample(network.Logits, network.ClassCount, batch.Labels, losses.AsSpan(done, batch.Count));
            var rows = probabilities.AsSpan(done * network.ClassCount, batch.Count * network.ClassCount);
            SoftmaxCrossEntropy.Probabilities(network.Logits, network.ClassCount, rows);
            if (views.Length > 1)
            {
                foreach (var view in views.AsSpan(1))
                    AddView(network, loader.Load(i, view).Images, batch.Count, rows);
                Average(rows, views.Length);
                LossesOf(rows, batch.Labels, losses.AsSpan(done, batch.Count));
            }

            done += batch.Count;
        }

        return new EvaluationResult(new PredictionTable(indices, labels, probabilities, losses, network.ClassCount), classes)
        {
            Augmentation = augmentation, DataFingerprint = loader.DataFingerprint,
        };
    }

    /// <summary>Adds the probabilities of <paramref name="count"/> images, seen through one view, to those of the views before.</summary>
    internal static void AddView(Network network, ReadOnlySpan<float> images, int count, Span<float> probabilities)
    {
        var others = new float[probabilities.Length];
        network.Forward(images, count);
        SoftmaxCrossEntropy.Probabilities(network.Logits, network.ClassCount, others);
        for (var i = 0; i < others.Length; i++)
            probabilities[i] += others[i];
    }

    internal static void Average(Span<float> sums, int viewCount)
    {
        for (var i = 0; i < sums.Length; i++)
            sums[i] /= viewCount;
    }

    private static void LossesOf(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> labels, Span<float> losses)
    {
        for (var i = 0; i < losses.Length; i++)
            losses[i] = -MathF.Log(probabilities[i * (probabilities.Length / losses.Length) + labels[i]]);
    }
}
