namespace Weft;

/// <summary>What a loss was over a batch.</summary>
/// <param name="MeanLoss">Mean over the samples; NaN where a logit is.</param>
/// <param name="Correct">Samples whose largest logit (the first of equals) is their label; a sample with a NaN is never correct.</param>
/// <param name="Count">Samples.</param>
public readonly record struct LossResult(double MeanLoss, int Correct, int Count);
