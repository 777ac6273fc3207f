namespace Weft.Training;

/// <summary>Accuracy and loss of a split, as the training loop needs them.</summary>
internal static class Validation
{
    /// <param name="tally">Gets the logits too.</param>
    /// <returns>Null when <paramref name="cancellationToken"/> came first.</returns>
    public static (double Accuracy, double Loss)? Run(Network network, EvaluationLoader loader, ValidationTally? tally, CancellationToken cancellationToken)
    {
        var losses = new float[loader.SampleCount];
        var correct = 0;
        var done = 0;
        for (var i = 0; i < loader.BatchCount; i++)
        {
            if (cancellationToken.IsCancellationRequested)
                return null;
            var batch = loader.Load(i);
            network.Forward(batch.Images, batch.Count);
            tally?.Add(network.Logits, batch.Labels);
            correct += SoftmaxCrossEntropy.PerSample(network.Logits, network.ClassCount, batch.Labels, losses.AsSpan(done, batch.Count)).Correct;
            done += batch.Count;
        }

        return ((double)correct / done, MeanLoss(losses));
    }

    /// <summary>Added up sample by sample, so that the batch size changes no bit.</summary>
    public static double MeanLoss(ReadOnlySpan<float> losses)
    {
        var sum = 0.0;
        foreach (var loss in losses)
            sum += loss;
        return sum / losses.Length;
    }
}
