namespace Weft.Training;

/// <summary>Accuracy and loss of a split, as the training loop needs them.</summary>
internal static class Validation
{
    /// <param name="tally">Gets the logits too.</param>
    /// <param name="ranks">Take turns with the batches; each gets the logits of all.</param>
    /// <returns>Null when <paramref name="cancellationToken"/> came first.</returns>
    public static (double Accuracy, double Loss)? Run(
        Network network, EvaluationLoader loader, ValidationTally? tally, RankGroup ranks, CancellationToken cancellationToken)
    {
        var losses = new float[loader.SampleCount];
        var logits = new float[loader.CountOf(0) * ranks.Size * network.ClassCount];
        var correct = 0;
        var done = 0;
        for (var first = 0; first < loader.BatchCount; first += ranks.Size)
        {
            if (cancellationToken.IsCancellationRequested)
                return null;
            int[] counts = [.. Enumerable.Range(first, ranks.Size).Select(loader.CountOf)];
            if (counts[ranks.Rank] > 0)
                network.Forward(loader.Load(first + ranks.Rank).Images, counts[ranks.Rank]);
            var all = logits.AsSpan(0, counts.Sum() * network.ClassCount);
            ranks.AllGather(
                counts[ranks.Rank] > 0 ? network.Logits : [], all, [.. counts.Select(count => count * network.ClassCount)]);
            for (var i = 0; i < ranks.Size && counts[i] > 0; i++)
            {
                var own = all[..(counts[i] * network.ClassCount)];
                var labels = loader.Labels(first + i);
                tally?.Add(own, labels);
                correct += SoftmaxCrossEntropy.PerSample(own, network.ClassCount, labels, losses.AsSpan(done, counts[i])).Correct;
                all = all[own.Length..];
                done += counts[i];
            }
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
