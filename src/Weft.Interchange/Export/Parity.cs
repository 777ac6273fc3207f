using Weft.Training;

namespace Weft.Interchange;

/// <summary>Runs an exported file elsewhere. One caller at a time.</summary>
internal interface IClassifierRuntime : IDisposable
{
    /// <summary>The program that computes, with its version.</summary>
    string Name { get; }

    /// <summary>Computes logits and probabilities, [count, classes] each.</summary>
    /// <param name="images">[count, height, width, channels], bytes as in the data set.</param>
    void Run(ReadOnlySpan<byte> images, int count, Span<float> logits, Span<float> probabilities);
}

/// <summary>What comparing an exported file with strict Weft found.</summary>
/// <param name="Image">The image with the largest difference of a probability, by its number in the data set.</param>
/// <param name="NearTies">Images of which the class differs while the two best classes are as good as equal.</param>
/// <param name="Contrary">Images of which the class differs, and should not.</param>
internal sealed record ParityReport(
    string Runtime, int Images, int SameClass, double MaxProbabilityDifference, int Image, double MaxLogitDifference,
    IReadOnlyList<int> NearTies, IReadOnlyList<int> Contrary)
{
    /// <summary>Two ways of summing thousands of products in floats differ by less.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Probabilities so near to each other may change places.</summary>
    public const double NearTie = 1e-4;

    public bool IsEqual => MaxProbabilityDifference <= Tolerance && Contrary.Count == 0; // not so where it is NaN

    public override string ToString() => $"parity: {Images:N0} validation images, {Runtime}: same class {SameClass:N0} of {Images:N0}, "
        + $"largest difference of a probability {MaxProbabilityDifference:g2} (image {Image}), of a logit {MaxLogitDifference:g2}";

    /// <exception cref="WeftException">The exported file computes something else than the network.</exception>
    public void Require(string file)
    {
        if (!IsEqual)
        {
            throw new WeftException(ErrorKind.Bug, "the exported file computes something else than the network")
            {
                Where = file, Expected = $"the same classes, and probabilities that differ by at most {Tolerance:g1}",
                Found = Contrary.Count == 0 ? $"{this}" : $"{this}; another class for images {string.Join(", ", Contrary.Take(5))}",
                Safe = "nothing was written under that name",
            };
        }
    }
}

/// <summary>Compares an exported file with the network that it was made from, on real images: sums without shortcuts on this side.</summary>
internal static class Parity
{
    /// <param name="threads">Threads of this side.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static ParityReport Compare(
        TrainedModel model, IClassifierRuntime other, ImageSamples samples, IReadOnlyList<int> indices, int threads,
        CancellationToken cancellationToken = default)
    {
        using var own = new NetworkClassifier(model, threads);
        var (classes, batch) = (model.Classes.Count, own.BatchSize);
        var images = new byte[batch * model.Shape.Length];
        float[][] results = [.. Enumerable.Range(0, 4).Select(_ => new float[batch * classes])];
        var (same, worst, worstImage, worstLogit, ties, contrary) = (0, 0.0, indices[0], 0.0, new List<int>(), new List<int>());
        for (var first = 0; first < indices.Count; first += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(batch, indices.Count - first);
            for (var i = 0; i < count; i++)
                samples.Image(indices[first + i]).CopyTo(images.AsSpan(i * model.Shape.Length));
            var input = images.AsSpan(0, count * model.Shape.Length);
            own.Run(input, count, results[0].AsSpan(0, count * classes), results[1].AsSpan(0, count * classes));
            other.Run(input, count, results[2].AsSpan(0, count * classes), results[3].AsSpan(0, count * classes));
            for (var i = 0; i < count; i++)
            {
                var row = (i * classes)..((i + 1) * classes);
                var difference = Largest(results[1].AsSpan(row), results[3].AsSpan(row));
                if (!double.IsNaN(worst) && !(difference <= worst))
                    (worst, worstImage) = (difference, indices[first + i]);
                worstLogit = Math.Max(worstLogit, Largest(results[0].AsSpan(row), results[2].AsSpan(row)));
                if (SoftmaxCrossEntropy.ArgMax(results[0].AsSpan(row)) == SoftmaxCrossEntropy.ArgMax(results[2].AsSpan(row)))
                    same++;
                else
                    (IsNearTie(results[1][row]) ? ties : contrary).Add(indices[first + i]);
            }
        }

        return new ParityReport(other.Name, indices.Count, same, worst, worstImage, worstLogit, ties, contrary);
    }

    // NaN where one of them is NaN.
    private static double Largest(ReadOnlySpan<float> own, ReadOnlySpan<float> others)
    {
        var largest = 0.0;
        for (var i = 0; i < own.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)own[i] - others[i]));
        return largest;
    }

    private static bool IsNearTie(float[] probabilities)
    {
        Array.Sort(probabilities);
        return probabilities[^1] - probabilities[^2] <= ParityReport.NearTie;
    }
}
