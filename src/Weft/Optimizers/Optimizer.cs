namespace Weft;

/// <summary>Turns gradients into weight updates. Holds its moments in native memory; element-wise, so the bits do not depend on threads.</summary>
/// <remarks>
/// One step of a training loop:
/// <code>
/// network.Forward(images, count, Phase.Training, step);
/// SoftmaxCrossEntropy.Evaluate(network.Logits, classes, targets, smoothing, network.LogitsGradient);
/// if (optimizer.NeedsSecondPass)          // SAM only
/// {
///     network.Backward();
///     optimizer.Perturb();
///     … the same two calls again, on the same batch and step …
/// }
/// optimizer.BackwardAndStep(schedule.LearningRate(peak, position));
/// </code>
/// </remarks>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer() { }

    /// <exception cref="ArgumentException">The options make no sense; the message names every violation.</exception>
    public static Optimizer Create(OptimizerOptions options, Network network) =>
        Create(options, TrainedTensors.Of(network));

    internal static Optimizer Create(OptimizerOptions options, TrainedTensors trained)
    {
        options.RequireValid();
        return options switch
        {
            SgdOptions { Momentum: 0 } plain => new PlainSgd(plain, trained),
            SgdOptions { Nesterov: false } sgd => new MomentumSgd(sgd, trained),
            SgdOptions nesterov => new NesterovSgd(nesterov, trained),
            AdaptiveMomentOptions adam => new Adam(adam, trained),
            RmsPropOptions { Momentum: 0 } plain => new PlainRmsProp(plain, trained),
            RmsPropOptions rmsProp => new MomentumRmsProp(rmsProp, trained),
            LionOptions lion => new Lion(lion, trained),
            SamOptions sam => new Sam(sam, trained),
            _ => throw new ArgumentException($"There is no optimizer for {options.GetType().Name}.", nameof(options)),
        };
    }

    /// <summary>Updates applied so far; part of the state (Adam's bias correction needs it).</summary>
    public abstract long StepCount { get; }

    /// <summary>The moments, named "momentum.conv1.weight" and the like, in PyTorch's layout.</summary>
    public abstract IReadOnlyList<StateTensor> State { get; }

    /// <summary>Whether <see cref="Perturb"/> and a second forward and backward pass come before each <see cref="Step"/>.</summary>
    public abstract bool NeedsSecondPass { get; }

    /// <summary>The same optimizer with one pass a step: SAM's inner one, any other itself. Moments and count are shared, so each step may be taken by either.</summary>
    public abstract Optimizer InOnePass { get; }

    /// <summary>
    /// Moves the weights to where the second pass takes its gradient. <see cref="Step"/> first moves them back, to the same bits, together with the running
    /// statistics of the norms: those move in the first pass of a step only.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="NeedsSecondPass"/> is false, or the weights are moved already.</exception>
    public abstract void Perturb();

    /// <summary>Applies the network's gradients once.</summary>
    /// <exception cref="InvalidOperationException"><see cref="NeedsSecondPass"/> is true and <see cref="Perturb"/> was not called.</exception>
    public abstract void Step(double learningRate);

    /// <summary>
    /// <see cref="Network.Backward"/> and <see cref="Step"/> in one, to the same bits. Unless the whole gradient has to be known first (clipping, SAM), a linear
    /// layer's weights are updated block by block while their gradient is in the cache; that gradient then does not reach <see cref="Parameter.Gradient"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">As both.</exception>
    public abstract void BackwardAndStep(double learningRate);

    /// <summary>Continues from a checkpoint: <see cref="State"/> has been filled, this sets the count.</summary>
    public abstract void RestoreStepCount(long stepCount);

    public abstract void Dispose();
}
