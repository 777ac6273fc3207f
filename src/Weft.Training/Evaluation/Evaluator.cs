namespace Weft.Training;

/// <summary>Applies a network to a split.</summary>
public static class Evaluator
{
    /// <param name="loader">The split, normalized as the network was trained.</param>
    /// <param name="mirrored">Test-time augmentation: the mean of the probabilities of each image and its mirror image.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static EvaluationResult Evaluate(Network network, EvaluationLoader loader, IReadOnlyList<string> classes, bool mirrored = false, CancellationToken stop = default)
    {
        var count = loader.SampleCount;
        var indices = new int[count];
        var labels = new int[count];
        var losses = new float[count];
        var probabilities = new float[count * network.ClassCount];
        var done = 0;
        for (var i = 0; i < loader.BatchCount; i++)
        {
            stop.ThrowIfCancellationRequested();
            var batch = loader.Load(i);
            batch.SampleIndices.CopyTo(indices.AsSpan(done));
            batch.Labels.CopyTo(labels.AsSpan(done));
            network.Forward(batch.Images, batch.Count, Phase.Evaluation);
            SoftmaxCrossEntropy.PerSample(network.Logits, network.ClassCount, batch.Labels, losses.AsSpan(done, batch.Count));
            var rows = probabilities.AsSpan(done * network.ClassCount, batch.Count * network.ClassCount);
            SoftmaxCrossEntropy.Probabilities(network.Logits, network.ClassCount, rows);
            if (mirrored)
                AddMirrored(network, loader.Load(i, flipped: true), rows, losses.AsSpan(done, batch.Count));
            done += batch.Count;
        }

        return new EvaluationResult(new PredictionTable(indices, labels, probabilities, losses, network.ClassCount), classes) { Mirrored = mirrored };
    }

    private static void AddMirrored(Network network, Batch batch, Span<float> probabilities, Span<float> losses)
    {
        var others = new float[probabilities.Length];
        network.Forward(batch.Images, batch.Count, Phase.Evaluation);
        SoftmaxCrossEntropy.Probabilities(network.Logits, network.ClassCount, others);
        for (var i = 0; i < others.Length; i++)
            probabilities[i] = (probabilities[i] + others[i]) / 2;
        for (var i = 0; i < losses.Length; i++)
            losses[i] = -MathF.Log(probabilities[i * network.ClassCount + batch.Labels[i]]);
    }
}
