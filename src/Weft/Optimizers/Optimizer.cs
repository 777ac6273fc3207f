namespace Weft;

/// <summary>Turns gradients into weight updates. It keeps its moments where the device keeps the weights; the bits do not depend on threads.</summary>
/// <remarks>
/// One step of a training loop:
/// <code>
/// network.ForwardTraining(images, count, step);
/// SoftmaxCrossEntropy.Evaluate(network.Logits, classes, targets, smoothing, network.LogitsGradient);
/// if (optimizer.NeedsSecondPass)          // SAM only
/// {
///     network.Backward();
///     optimizer.Perturb();
///     … the same two calls again, on the same batch and step …
/// }
/// optimizer.LearningRate = schedule.LearningRate(peak, position);
/// network.Backward(optimizer);
/// optimizer.Step();
/// </code>
/// </remarks>
public abstract class Optimizer : IDisposable
{
    private protected Optimizer(double learningRate) => LearningRate = learningRate;

    /// <summary>The optimizer of some options over a network's <see cref="Network.Tensors"/>.</summary>
    /// <exception cref="ArgumentException">The options make no sense; the message names every violation.</exception>
    public static Optimizer Create(OptimizerOptions options, DeviceTensors tensors)
    {
        options.RequireValid();
        return options.CreateOptimizer(tensors);
    }

    /// <summary>The rate of the next step; set it before the backward pass.</summary>
    /// <value>Default: the options' rate.</value>
    public virtual double LearningRate { get; set; }

    /// <summary>Updates applied so far; part of the state (Adam's bias correction needs it).</summary>
    public abstract long StepCount { get; }

    /// <summary>The moments, named "momentum.conv1.weight" and the like, in PyTorch's layout.</summary>
    public abstract IReadOnlyList<DeviceTensor> State { get; }

    /// <summary>Whether <see cref="Perturb"/> and a second forward and backward pass come before each <see cref="Step"/>.</summary>
    public abstract bool NeedsSecondPass { get; }

    /// <summary>
    /// The same optimizer with one pass a step: SAM's base optimizer, any other itself. Moments and count are shared, so each step may be taken by either.
    /// </summary>
    public abstract Optimizer SinglePass { get; }

    /// <summary>
    /// Moves the weights to where the second pass takes its gradient. <see cref="Step"/> first moves them back, to the same bits, together with the running
    /// statistics of the norms: those move in the first pass of a step only.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="NeedsSecondPass"/> is false, or the weights are moved already.</exception>
    public abstract void Perturb();

    /// <summary>
    /// Applies the gradients of the last backward pass once, those that <see cref="Network.Backward"/> gave to this optimizer and those it kept.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="NeedsSecondPass"/> is true and <see cref="Perturb"/> was not called.</exception>
    public abstract void Step();

    /// <summary>Continues from a checkpoint: <see cref="State"/> has been filled, this sets the count.</summary>
    public abstract void RestoreStepCount(long stepCount);

    public abstract void Dispose();

    /// <summary>Who takes gradients in the backward pass that begins; null where the whole gradient has to be known first.</summary>
    internal abstract IGradientSink? BeginBackward();
}
