namespace Weft;

/// <summary>
/// The targets of a batch. With mixing (mixup, cutmix) sample i's target is weight[i] · label[i] + (1 − weight[i]) · second[i];
/// without it the two last spans are empty.
/// </summary>
public readonly ref struct Targets(ReadOnlySpan<int> labels, ReadOnlySpan<int> secondLabels = default, ReadOnlySpan<float> weights = default)
{
    public ReadOnlySpan<int> Labels { get; } = labels;

    public ReadOnlySpan<int> SecondLabels { get; } = secondLabels;

    public ReadOnlySpan<float> Weights { get; } = weights;

    /// <summary>How much each class counts in a <see cref="Loss"/> that has weights; empty: every class counts 1.</summary>
    public ReadOnlySpan<float> ClassWeights { get; init; }

    internal bool Mixed => !Weights.IsEmpty;

    /// <summary>How much a sample belongs to class <paramref name="k"/>: mixed, smoothed and weighted as the training asks for.</summary>
    public double Share(int sample, int k, int classes, double smoothing)
    {
        var weight = Mixed ? (double)Weights[sample] : 1;
        var target = smoothing / classes;
        if (k == Labels[sample])
            target += (1 - smoothing) * weight;
        if (Mixed && k == SecondLabels[sample])
            target += (1 - smoothing) * (1 - weight);
        return ClassWeights.IsEmpty ? target : target * ClassWeights[k];
    }

    /// <exception cref="ArgumentException">The spans' lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is not a class or a weight not in 0…1.</exception>
    internal void Require(int classes)
    {
        RequireLabels(Labels, classes);
        if (!ClassWeights.IsEmpty && ClassWeights.Length != classes)
            throw new ArgumentException($"There are {ClassWeights.Length} weights of classes; expected one for each of {classes}.");
        if (SecondLabels.IsEmpty && Weights.IsEmpty)
            return;
        if (SecondLabels.Length != Labels.Length || Weights.Length != Labels.Length)
            throw new ArgumentException(
                $"Mixed targets need as many second labels and weights as the {Labels.Length} labels but {SecondLabels.Length} and {Weights.Length} were "
                    + "given.");
        RequireLabels(SecondLabels, classes);
        for (var i = 0; i < Weights.Length; i++)
        {
            if (!(Weights[i] >= 0 && Weights[i] <= 1))
                throw new ArgumentOutOfRangeException(nameof(Weights), $"The mixing weight of sample {i} is {Weights[i]}; expected 0 to 1.");
        }
    }

    private static void RequireLabels(ReadOnlySpan<int> labels, int classes)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentOutOfRangeException(nameof(labels), $"The label of sample {i} is {labels[i]}; expected 0 to {classes - 1}.");
        }
    }
}
