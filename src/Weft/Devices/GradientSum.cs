namespace Weft;

/// <summary>
/// Gradients and running statistics of parts of a batch, added up in the order that the caller chooses. A pass over each part, then <see cref="Take"/>; what
/// belongs together is added; <see cref="Give"/> hands the sum to the network as if it were the last backward pass's.
/// </summary>
public abstract class GradientSum : IDisposable
{
    private protected GradientSum() { }

    /// <summary>
    /// The numbers in the host's memory, in an order of the device's own: equal networks on devices with equal profiles have the same order, so another
    /// process may add to them.
    /// </summary>
    public abstract Span<float> Values { get; }

    /// <summary>values ← scale · (gradients, running statistics); then the statistics are again those that were kept.</summary>
    public abstract void Take(float scale);

    /// <summary>values ← 0, for a part that has no sample.</summary>
    public void Clear() => Values.Clear();

    /// <summary>values ← values + other, to the same bits as adding float by float.</summary>
    /// <exception cref="ArgumentException">The other belongs to another network.</exception>
    public abstract void Add(GradientSum other);

    /// <summary>The network's gradients ← values; its running statistics too, if wanted.</summary>
    public abstract void Give(bool withStatistics);

    public abstract void Dispose();
}
