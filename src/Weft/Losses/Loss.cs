using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>What a training minimizes: a number for each batch of logits and targets, and its gradient.</summary>
public abstract record Loss : OptionsRecord
{
    /// <summary>The target becomes (1 − smoothing) · target + smoothing / classes.</summary>
    [Description("Share of the target spread evenly over all classes."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double LabelSmoothing { get; init; }

    /// <summary>Which weights the caller gives with the targets, see <see cref="Weights"/>.</summary>
    [Description("Weights of the classes: none, or balanced (rare classes count as much as frequent ones).")]
    public ClassWeighting ClassWeights { get; init; } = ClassWeighting.None;

    /// <summary>The mean loss of a batch and its gradient with respect to the logits.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="classes">At least 1.</param>
    /// <param name="targets">N labels, and what belongs to them.</param>
    /// <param name="gradient">As long as <paramref name="logits"/>, or empty if no gradient is wanted.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together or there is no sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label or a mixing weight is out of its range.</exception>
    public abstract LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, Span<float> gradient);

    /// <summary>
    /// The weights of the classes: balanced ones are samples / (classes · samples of the class), as scikit-learn has it; a class without samples has weight
    /// 0.
    /// </summary>
    /// <param name="counts">Samples of each class in the training split.</param>
    /// <returns>Empty where every class has weight 1.</returns>
    public float[] Weights(IReadOnlyList<int> counts)
    {
        if (ClassWeights == ClassWeighting.None)
            return [];
        var samples = counts.Sum(count => (long)count);
        return [.. counts.Select(count => count == 0 ? 0 : (float)((double)samples / counts.Count / count))];
    }
}

/// <summary>How much the classes count in a <see cref="Loss"/>. Numbers are stored in configurations: append only.</summary>
public enum ClassWeighting
{
    None = 1,
    Balanced = 2,
}

/// <summary>
/// loss = −Σ w·t·log softmax(x), the mean over the samples; w are the classes' weights. Without weights it is <see cref="SoftmaxCrossEntropy"/>, to the same
/// bits.
/// </summary>
/// <remarks>With weights the sum is divided by the number of samples, as PyTorch's <c>CrossEntropyLoss</c> does for targets that are distributions.</remarks>
public sealed record CrossEntropyLoss : Loss
{
    public override LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, Span<float> gradient) => targets.ClassWeights.IsEmpty
        ? SoftmaxCrossEntropy.Evaluate(logits, classes, targets, LabelSmoothing, gradient)
        : FocalLoss.Evaluate(logits, classes, targets, LabelSmoothing, 0, gradient);
}

/// <summary>
/// loss = −Σ w·t·(1 − p)^γ·log p with p = softmax(x), the mean over the samples: what is right already counts less. γ = 0 is cross-entropy.
/// A row with a NaN or with +∞ has a NaN loss.
/// </summary>
/// <remarks>Lin et al., "Focal loss for dense object detection", ICCV 2017; the sum over t extends it to smoothed and mixed targets.</remarks>
public sealed record FocalLoss : Loss
{
    /// <summary>γ, the exponent of 1 − p.</summary>
    [Description("How much less counts what is right already; 0 is cross-entropy."), Range(0.0, 10.0)]
    public double Gamma { get; init; } = 2;

    public override LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, Span<float> gradient) =>
        Evaluate(logits, classes, targets, LabelSmoothing, Gamma, gradient);

    // With a = w·t·∂(−(1 − p)^γ·log p)/∂p·p the gradient is a − p·Σa.
    internal static LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, double smoothing, double gamma, Span<float> gradient)
    {
        var count = SoftmaxCrossEntropy.RequireRows(logits, classes, targets.Labels.Length);
        targets.Require(classes);
        if (!gradient.IsEmpty && gradient.Length != logits.Length)
            throw new ArgumentException($"The gradient has {gradient.Length} elements; expected the logits' {logits.Length}.");
        var (total, correct) = (0.0, 0);
        for (var i = 0; i < count; i++)
        {
            var row = logits.Slice(i * classes, classes);
            var logSum = SoftmaxCrossEntropy.LogSumExp(row);
            var sum = 0.0;
            for (var k = 0; k < classes; k++)
            {
                var target = targets.Share(i, k, classes, smoothing);
                if (target == 0)
                    continue; // so that a logit of −∞ does no harm
                total -= target * Math.Pow(Rest(row[k] - logSum), gamma) * (row[k] - logSum);
                sum += target * Slope(row[k] - logSum, gamma);
            }

            if (double.IsNaN(logSum))
                total = double.NaN;
            if (SoftmaxCrossEntropy.ArgMax(row) == targets.Labels[i])
                correct++;
            for (var k = 0; k < classes && !gradient.IsEmpty; k++)
            {
                var target = targets.Share(i, k, classes, smoothing);
                gradient[i * classes + k] = (float)(((target == 0 ? 0 : target * Slope(row[k] - logSum, gamma)) - Math.Exp(row[k] - logSum) * sum) / count);
            }
        }

        return new LossResult(total / count, correct, count);
    }

    // 1 − p, exact for p near 1 too.
    private static double Rest(double logP) => -Expm1(logP);

    private static double Slope(double logP, double gamma)
    {
        var rest = Rest(logP);
        return gamma == 0 ? -1 : rest == 0 ? 0 : gamma * Math.Exp(logP) * Math.Pow(rest, gamma - 1) * logP - Math.Pow(rest, gamma);
    }

    // exp(x) − 1 for x ≤ 0 (Kahan): the rounding of exp is undone by that of log.
    private static double Expm1(double x)
    {
        var u = Math.Exp(x);
        if (u == 1)
            return x;
        var difference = u - 1;
        return difference == -1 ? -1 : difference * x / Math.Log(u);
    }
}
