namespace Weft;

/// <summary>
/// Cross-entropy of the softmax of a row of logits x against a target distribution t:
/// loss = log Σ exp(x) − Σ t·x, with t = (1 − smoothing) · target + smoothing / classes.
/// <para>Log-sum-exp is taken around the row's largest logit and in double, so no finite row overflows. A row with a NaN or with +∞ has a NaN loss.</para>
/// <para>Shapes: logits [N, classes] → one loss.</para>
/// </summary>
public static class SoftmaxCrossEntropy
{
    /// <summary>The mean loss of a batch and its gradient: dMeanLoss/dx = (softmax(x) − t) / N.</summary>
    /// <param name="labelSmoothing">Part of the target that is spread evenly over all classes, 0…1.</param>
    /// <param name="gradient">As long as <paramref name="logits"/>, or empty if no gradient is wanted.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together or there is no sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label, a mixing weight or the smoothing is out of its range.</exception>
    public static LossResult Evaluate(ReadOnlySpan<float> logits, int classes, in Targets targets, double labelSmoothing, Span<float> gradient)
    {
        var count = RequireRows(logits, classes, targets.Labels.Length);
        targets.Require(classes);
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"Label smoothing is {labelSmoothing}; expected 0 to 1.");
        if (!gradient.IsEmpty && gradient.Length != logits.Length)
            throw new ArgumentException($"The gradient has {gradient.Length} elements; expected the logits' {logits.Length}.");

        var total = 0.0;
        var correct = 0;
        for (var i = 0; i < count; i++)
        {
            var row = logits.Slice(i * classes, classes);
            var label = targets.Labels[i];
            var second = targets.Mixed ? targets.SecondLabels[i] : label;
            var weight = targets.Mixed ? (double)targets.Weights[i] : 1;
            var logSum = LogSumExp(row);
            total += logSum - Expected(row, label, second, weight, labelSmoothing);
            if (ArgMax(row) == label)
                correct++;
            if (!gradient.IsEmpty)
                WriteGradient(row, logSum, label, second, weight, labelSmoothing, count, gradient.Slice(i * classes, classes));
        }

        return new LossResult(total / count, correct, count);
    }

    /// <summary>The loss of each sample without smoothing, for evaluation.</summary>
    /// <exception cref="ArgumentException">The lengths do not belong together or there is no sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a class.</exception>
    public static LossResult PerSample(ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels, Span<float> losses)
    {
        var count = RequireRows(logits, classes, labels.Length);
        new Targets(labels).Require(classes);
        if (losses.Length != count)
            throw new ArgumentException($"There is room for {losses.Length} losses; expected one for each of {count} samples.");

        var total = 0.0;
        var correct = 0;
        for (var i = 0; i < count; i++)
        {
            var row = logits.Slice(i * classes, classes);
            var loss = LogSumExp(row) - row[labels[i]];
            losses[i] = (float)loss;
            total += loss;
            if (ArgMax(row) == labels[i])
                correct++;
        }

        return new LossResult(total / count, correct, count);
    }

    /// <summary>softmax(x) of every row. A row with a NaN or with +∞ becomes NaN.</summary>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
    public static void Probabilities(ReadOnlySpan<float> logits, int classes, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (logits.Length % classes != 0 || destination.Length != logits.Length)
            throw new ArgumentException($"{logits.Length} logits of {classes} classes and room for {destination.Length} probabilities do not belong together.");
        for (var start = 0; start < logits.Length; start += classes)
        {
            var row = logits.Slice(start, classes);
            var logSum = LogSumExp(row);
            for (var k = 0; k < classes; k++)
                destination[start + k] = (float)Math.Exp(row[k] - logSum);
        }
    }

    /// <summary>The index of the largest value, the first of equals; −1 where a value is NaN.</summary>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 0; k < row.Length; k++)
        {
            if (float.IsNaN(row[k]))
                return -1;
            if (row[k] > row[best])
                best = k;
        }

        return best;
    }

    internal static int RequireRows(ReadOnlySpan<float> logits, int classes, int labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (labels == 0 || logits.Length != (long)labels * classes)
            throw new ArgumentException(
                $"{logits.Length} logits of {classes} classes and {labels} labels do not belong together; expected classes × labels logits, at least one "
                    + "sample.");
        return labels;
    }

    internal static double LogSumExp(ReadOnlySpan<float> row)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in row)
            largest = MathF.Max(largest, value); // MathF.Max returns NaN as soon as one is seen
        var sum = 0.0;
        foreach (var value in row)
            sum += Math.Exp((double)value - largest);
        return largest + Math.Log(sum);
    }

    /// <summary>Σ t·x. A class without weight is left out rather than multiplied by 0, so that a logit of −∞ elsewhere does no harm.</summary>
    private static double Expected(ReadOnlySpan<float> row, int label, int second, double weight, double smoothing)
    {
        var hard = weight == 1 ? row[label]
            : weight == 0 ? row[second]
            : weight * row[label] + (1 - weight) * row[second];
        if (smoothing == 0)
            return hard;
        var sum = 0.0;
        foreach (var value in row)
            sum += value;
        return (1 - smoothing) * hard + smoothing / row.Length * sum;
    }

    private static void WriteGradient(
        ReadOnlySpan<float> row, double logSum, int label, int second, double weight, double smoothing, int count, Span<float> gradient)
    {
        for (var k = 0; k < row.Length; k++)
        {
            var target = smoothing / row.Length;
            if (k == label)
                target += (1 - smoothing) * weight;
            if (k == second)
                target += (1 - smoothing) * (1 - weight);
            gradient[k] = (float)((Math.Exp(row[k] - logSum) - target) / count);
        }
    }
}
