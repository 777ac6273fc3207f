namespace Weft;

/// <summary>What a loss was over a batch.</summary>
/// <param name="MeanLoss">Mean over the samples; NaN where a logit is.</param>
/// <param name="Correct">Samples whose largest logit (the first of equals) is their label.</param>
public readonly record struct LossResult(double MeanLoss, int Correct, int Count);

/// <summary>
/// The targets of a batch. With mixing (mixup, cutmix) sample i's target is weight[i] · label[i] + (1 − weight[i]) · second[i];
/// without it the two last spans are empty.
/// </summary>
public readonly ref struct Targets(ReadOnlySpan<int> labels, ReadOnlySpan<int> secondLabels = default, ReadOnlySpan<float> weights = default)
{
    public ReadOnlySpan<int> Labels { get; } = labels;

    public ReadOnlySpan<int> SecondLabels { get; } = secondLabels;

    public ReadOnlySpan<float> Weights { get; } = weights;
}
