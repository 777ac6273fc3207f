namespace Weft;

/// <summary>Turns gradients into weight updates. Holds its moments in native memory; element-wise, so the bits do not depend on threads.</summary>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer(Network network) => Network = network;

    protected Network Network { get; }

    /// <summary>Updates applied so far; part of the state (Adam's bias correction needs it).</summary>
    public long StepCount { get; protected set; }

    /// <summary>The moments, named "momentum.conv1.weight" and the like, in PyTorch's layout.</summary>
    public abstract IReadOnlyList<StateTensor> State { get; }

    /// <summary>Applies the network's gradients once.</summary>
    public abstract void Step(double learningRate);

    /// <summary>Continues from a checkpoint: <see cref="State"/> has been filled, this sets the count.</summary>
    public void RestoreStepCount(long stepCount) => StepCount = stepCount;

    public abstract void Dispose();
}
