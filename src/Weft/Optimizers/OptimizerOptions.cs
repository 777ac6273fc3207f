using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft;

/// <summary>Which optimizer, with its constants.</summary>
public abstract record OptimizerOptions : OptionsRecord
{
    /// <summary>The rate that the schedule scales; <see cref="Optimizer.LearningRate"/> is the scaled one.</summary>
    [Description("The schedule's highest learning rate."), Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Strength of the pull of weights towards 0; each optimizer says how it is applied.</summary>
    [Description("Pull of the weights towards zero (L2; decoupled in AdamW)."), Range(0.0, 10.0)]
    public double WeightDecay { get; init; }

    /// <summary>Whether the scales and shifts of norms and the biases are decayed like weights.</summary>
    [Description("Whether norms and biases decay too.")]
    public bool DecayNormsAndBiases { get; init; }

    /// <summary>
    /// The gradient of all parameters together is scaled down to this L2 norm when it is longer:
    /// gradient · min(1, <see cref="ClipNorm"/> / (norm + 1e-6)). <see cref="Parameter.Gradient"/> itself is left as it is.
    /// </summary>
    /// <value>Null for no clipping.</value>
    [Description("Longest gradient of all weights together."), Range(0.0, 1e9, MinimumIsExclusive = true)]
    public double? ClipNorm { get; init; }

    /// <summary>The optimizer that these options describe: as a rule an <see cref="ElementwiseOptimizer{TRule}"/>.</summary>
    /// <param name="tensors">Those of the network that it trains.</param>
    protected internal abstract Optimizer CreateOptimizer(DeviceTensors tensors);
}

/// <summary>
/// Stochastic gradient descent: g ← gradient + decay · w; m ← momentum · m + g; w ← w − rate · m,
/// or with Nesterov's look-ahead w ← w − rate · (g + momentum · m).
/// </summary>
/// <remarks>
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, in the form PyTorch gives it (the rate outside the
/// moment).
/// </remarks>
public sealed record SgdOptions : OptimizerOptions, IOptionRules
{
    [Description("Share of the last update that is kept."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Whether the look-ahead form is used; it needs momentum.</summary>
    [Description("Whether to look ahead along the momentum.")]
    public bool Nesterov { get; init; } = true;

    protected internal override Optimizer CreateOptimizer(DeviceTensors tensors)
    {
        var momentum = (float)Momentum;
        if (Momentum == 0)
            return new ElementwiseOptimizer<PlainSgdRule>(this, tensors, (rate, decay, _) => new((float)rate, (float)decay));
        return Nesterov
            ? new ElementwiseOptimizer<NesterovRule>(this, tensors, (rate, decay, _) => new((float)rate, (float)decay, momentum), "momentum")
            : new ElementwiseOptimizer<MomentumRule>(this, tensors, (rate, decay, _) => new((float)rate, (float)decay, momentum), "momentum");
    }

    IEnumerable<Problem> IOptionRules.Conflicts() =>
        Nesterov && Momentum == 0 ? [new Problem("nesterov", "momentum above 0, or nesterov false", "momentum 0")] : [];
}

/// <summary>What both forms of Adam keep: a mean of the gradient and a mean of its square.</summary>
public abstract record AdaptiveMomentOptions : OptimizerOptions
{
    [Description("Decay of the mean gradient."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    [Description("Decay of the mean squared gradient."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    [Description("Added to the root in the divisor."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Whether the decay passes by the moments.</summary>
    private protected abstract bool IsDecoupled { get; }

    protected internal override Optimizer CreateOptimizer(DeviceTensors tensors) =>
        new ElementwiseOptimizer<AdamRule>(this, tensors, Rule, "exp_avg", "exp_avg_sq");

    private AdamRule Rule(double learningRate, double decay, long step) => new(
        Rate: (float)(learningRate / (1 - Math.Pow(Beta1, step))),
        SecondScale: (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step))),
        Decay: IsDecoupled ? 0 : (float)decay,
        Keep: IsDecoupled ? (float)(1 - learningRate * decay) : 1,
        Beta1: (float)Beta1,
        Beta2: (float)Beta2,
        NewFirst: (float)(1 - Beta1),
        NewSecond: (float)(1 - Beta2),
        Epsilon: (float)Epsilon);
}

/// <summary>
/// g ← gradient + decay · w; m ← β1 · m + (1 − β1) · g; v ← β2 · v + (1 − β2) · g²;
/// w ← w − rate · (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε), t counting from 1.
/// </summary>
/// <remarks>Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.</remarks>
public sealed record AdamOptions : AdaptiveMomentOptions
{
    private protected override bool IsDecoupled => false;
}

/// <summary>
/// As <see cref="AdamOptions"/>, but the decay does not pass through the moments: w ← w · (1 − rate · decay) before the update, g ← gradient.
/// </summary>
/// <remarks>Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.</remarks>
public sealed record AdamWOptions : AdaptiveMomentOptions
{
    private protected override bool IsDecoupled => true;
}

/// <summary>
/// g ← gradient + decay · w; v ← smoothing · v + (1 − smoothing) · g²; m ← momentum · m + g / (√v + ε); w ← w − rate · m.
/// </summary>
/// <remarks>Tieleman and Hinton, lecture 6.5, 2012, with PyTorch's place for ε (outside the root).</remarks>
public sealed record RmsPropOptions : OptimizerOptions
{
    [Description("Decay of the mean squared gradient."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Smoothing { get; init; } = 0.99;

    [Description("Share of the last update that is kept."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    [Description("Added to the root in the divisor."), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 1e-8;

    protected internal override Optimizer CreateOptimizer(DeviceTensors tensors)
    {
        float smoothing = (float)Smoothing, newSecond = (float)(1 - Smoothing), epsilon = (float)Epsilon, momentum = (float)Momentum;
        return Momentum == 0
            ? new ElementwiseOptimizer<PlainRmsPropRule>(
                this, tensors, (rate, decay, _) => new((float)rate, (float)decay, smoothing, newSecond, epsilon), second: "square_avg")
            : new ElementwiseOptimizer<MomentumRmsPropRule>(
                this, tensors, (rate, decay, _) => new((float)rate, (float)decay, smoothing, newSecond, epsilon, momentum), "momentum", "square_avg");
    }
}

/// <summary>
/// Sharpness-aware minimization around another optimizer: the gradient is taken at w + ρ · gradient / ‖gradient‖ and applied at w.
/// A step takes two passes, see <see cref="Optimizer.Perturb"/>. Weight decay and clipping are the <see cref="BaseOptimizer"/>'s; those of this record are not
/// used and must be left alone.
/// </summary>
/// <remarks>Foret et al., "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021.</remarks>
public sealed record SamOptions(OptimizerOptions BaseOptimizer) : OptimizerOptions, IOptionRules
{
    /// <summary>The largest ρ that is allowed.</summary>
    public const double LargestRho = 10;

    /// <summary>ρ, the L2 distance of the perturbed weights.</summary>
    [Range(0.0, LargestRho, MinimumIsExclusive = true)]
    public double Rho { get; init; } = 0.05;

    protected internal override Optimizer CreateOptimizer(DeviceTensors tensors) => new Sam(this, tensors);

    IEnumerable<Problem> IOptionRules.Conflicts()
    {
        if (BaseOptimizer is SamOptions)
            yield return new Problem("base_optimizer", "another optimizer than SAM", "SAM");
        if (WeightDecay != 0 || ClipNorm is not null || DecayNormsAndBiases)
            yield return new Problem(
                "weight_decay, clip_norm or decay_norms_and_biases", "the default here: they belong to the base optimizer", "another value");
        foreach (var problem in BaseOptimizer.Validate())
            yield return problem;
    }
}
