namespace Weft;

/// <summary>One pass over a batch.</summary>
/// <param name="IsTraining">Batch statistics, dropout active and everything kept for the backward pass; or running statistics and no dropout.</param>
/// <param name="Step">Number of the optimizer step, from which dropout draws.</param>
internal readonly record struct Pass(int Count, bool IsTraining, long Step)
{
    /// <summary>The place of the pass's first sample in the whole batch, from which dropout counts; 0 where the pass is the whole batch.</summary>
    public int FirstSample { get; init; }

    /// <summary>Who takes gradients in a backward pass; null where all are kept.</summary>
    public IGradientSink? Sink { get; init; }
}
