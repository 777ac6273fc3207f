namespace Weft;

/// <summary>
/// An exponential moving average of a network's weights, for evaluation: average ← average + (1 − decay)/(1 − decayᵗ) · (weights − average), t counting
/// from 1. The divisor is the bias correction: the first average is the weights themselves, the early ones plain means, the late ones the usual average.
/// </summary>
/// <remarks>
/// The running statistics of the norms are averaged by the same rule, since averaged weights with the latest statistics fit each other worse.
/// (They are averages already; this makes them a little smoother and a little older.) Call <see cref="Update"/> after every <see cref="Optimizer.Step"/>.
/// </remarks>
public sealed class WeightAverage : IDisposable
{
    /// <summary>Before the names in <see cref="State"/>.</summary>
    public const string Prefix = "ema.";

    private readonly double _decay;
    private readonly DeviceTensors _tensors;
    private readonly TensorSet _averages;

    /// <param name="tensors">The weights and running statistics that are averaged: a network's <see cref="Network.Tensors"/>.</param>
    /// <param name="decay">At least 0 and below 1; 0.999 looks back about a thousand steps.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="decay"/> is not in its range.</exception>
    public WeightAverage(DeviceTensors tensors, double decay)
    {
        if (!(decay >= 0 && decay < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), $"The decay of the weight average is {decay}; expected at least 0 and below 1.");
        _decay = decay;
        _tensors = tensors;
        _averages = tensors.AllocateForState(Prefix.TrimEnd('.'));
    }

    /// <summary>The averages, named "ema.conv1.weight" and the like, in PyTorch's layout. Not to be read while swapped in.</summary>
    public IReadOnlyList<DeviceTensor> State => _averages.Tensors;

    /// <summary>Updates so far; part of the state.</summary>
    public long UpdateCount { get; private set; }

    /// <summary>Whether the network has the averages and this object the weights.</summary>
    public bool SwappedIn { get; private set; }

    /// <exception cref="InvalidOperationException">The averages are swapped in.</exception>
    public void Update()
    {
        if (SwappedIn)
            throw new InvalidOperationException("The averages are swapped in: Swap them out before the next update.");
        UpdateCount++;
        var part = (1 - _decay) / (1 - Math.Pow(_decay, UpdateCount));
        _tensors.BlendState(_averages, (float)part);
    }

    /// <summary>
    /// Exchanges the network's weights and the averages, to the same bits; the second call undoes the first. Without an update yet nothing changes.
    /// </summary>
    public void Swap()
    {
        SwappedIn = !SwappedIn;
        if (UpdateCount > 0)
            _tensors.ExchangeState(_averages);
    }

    /// <summary>Continues from a checkpoint: <see cref="State"/> has been filled, this sets the count.</summary>
    public void RestoreUpdateCount(long updateCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(updateCount);
        UpdateCount = updateCount;
    }

    public void Dispose() => _averages.Dispose();
}
