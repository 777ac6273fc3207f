namespace Weft;

/// <summary>Which optimizer, with its constants. The learning rate is given with every step.</summary>
public abstract record OptimizerOptions
{
    /// <summary>Strength of the pull of weights towards 0; how it is applied is said by each optimizer.</summary>
    /// <value>At least 0. Default: 0 (<see cref="AdamWOptions"/>: 0.01).</value>
    public double WeightDecay { get; init; }

    /// <summary>Whether the scales and shifts of norms and the biases are decayed like weights.</summary>
    /// <value>Default: false.</value>
    public bool DecayNormsAndBiases { get; init; }

    /// <summary>
    /// The gradient of all parameters together is scaled down to this L2 norm when it is longer:
    /// gradient · min(1, <see cref="ClipNorm"/> / (norm + 1e-6)). <see cref="Parameter.Gradient"/> itself is left as it is.
    /// </summary>
    /// <value>Above 0, or null for no clipping. Default: null.</value>
    public double? ClipNorm { get; init; }

    /// <summary>Every value that makes no sense, as a sentence; empty when all is well.</summary>
    public IReadOnlyList<string> Violations()
    {
        var found = new List<string>();
        Expect(found, WeightDecay >= 0 && double.IsFinite(WeightDecay), "weight decay", WeightDecay, "a finite number of at least 0");
        Expect(found, ClipNorm is null || (ClipNorm > 0 && double.IsFinite(ClipNorm.Value)), "clip norm", ClipNorm ?? 0, "a finite number above 0");
        AddViolations(found);
        return found;
    }

    private protected abstract void AddViolations(List<string> found);

    private protected static void Expect(List<string> found, bool holds, string what, double value, string expected)
    {
        if (!holds)
            found.Add($"{what} is {value}; expected {expected}");
    }

    private protected static void ExpectFraction(List<string> found, string what, double value) =>
        Expect(found, value >= 0 && value < 1, what, value, "at least 0 and below 1");

    private protected static void ExpectPositive(List<string> found, string what, double value) =>
        Expect(found, value > 0 && double.IsFinite(value), what, value, "a finite number above 0");
}

/// <summary>
/// Stochastic gradient descent: g ← gradient + decay · w; m ← momentum · m + g; w ← w − rate · m,
/// or with Nesterov's look-ahead w ← w − rate · (g + momentum · m).
/// </summary>
/// <remarks>Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, in the form PyTorch gives it (the rate outside the moment).</remarks>
public sealed record SgdOptions : OptimizerOptions
{
    /// <value>0 to below 1. Default: 0.9.</value>
    public double Momentum { get; init; } = 0.9;

    /// <value>Needs momentum. Default: false.</value>
    public bool Nesterov { get; init; }

    private protected override void AddViolations(List<string> found)
    {
        ExpectFraction(found, "momentum", Momentum);
        if (Nesterov && Momentum == 0)
            found.Add("Nesterov is on but momentum is 0; expected a momentum above 0, or Nesterov off");
    }
}

/// <summary>What both forms of Adam keep: a mean of the gradient and a mean of its square.</summary>
public abstract record AdaptiveMomentOptions : OptimizerOptions
{
    /// <value>0 to below 1. Default: 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>0 to below 1. Default: 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>Above 0. Default: 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    private protected override void AddViolations(List<string> found)
    {
        ExpectFraction(found, "beta1", Beta1);
        ExpectFraction(found, "beta2", Beta2);
        ExpectPositive(found, "epsilon", Epsilon);
    }
}

/// <summary>
/// g ← gradient + decay · w; m ← β1 · m + (1 − β1) · g; v ← β2 · v + (1 − β2) · g²;
/// w ← w − rate · (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε), t counting from 1.
/// </summary>
/// <remarks>Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.</remarks>
public sealed record AdamOptions : AdaptiveMomentOptions;

/// <summary>As <see cref="AdamOptions"/>, but the decay does not pass through the moments: w ← w · (1 − rate · decay) before the update, g ← gradient.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.</remarks>
public sealed record AdamWOptions : AdaptiveMomentOptions
{
    public AdamWOptions() => WeightDecay = 0.01;
}

/// <summary>
/// g ← gradient + decay · w; v ← smoothing · v + (1 − smoothing) · g²; m ← momentum · m + g / (√v + ε); w ← w − rate · m.
/// </summary>
/// <remarks>Tieleman and Hinton, lecture 6.5, 2012, with PyTorch's place for ε (outside the root).</remarks>
public sealed record RmsPropOptions : OptimizerOptions
{
    /// <value>0 to below 1. Default: 0.99.</value>
    public double Smoothing { get; init; } = 0.99;

    /// <value>0 to below 1. Default: 0.</value>
    public double Momentum { get; init; }

    /// <value>Above 0. Default: 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    private protected override void AddViolations(List<string> found)
    {
        ExpectFraction(found, "smoothing", Smoothing);
        ExpectFraction(found, "momentum", Momentum);
        ExpectPositive(found, "epsilon", Epsilon);
    }
}

/// <summary>
/// Sharpness-aware minimization around another optimizer: the gradient is taken at w + ρ · gradient / ‖gradient‖ and applied at w.
/// A step takes two passes, see <see cref="Optimizer.Perturb"/>. Weight decay and clipping are the <see cref="Around"/> optimizer's; those of this record are not used
/// and must be left alone.
/// </summary>
/// <remarks>Foret et al., "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021.</remarks>
public sealed record SamOptions(OptimizerOptions Around) : OptimizerOptions
{
    /// <summary>ρ, the L2 distance of the perturbed weights.</summary>
    /// <value>Above 0. Default: 0.05.</value>
    public double Rho { get; init; } = 0.05;

    private protected override void AddViolations(List<string> found)
    {
        ExpectPositive(found, "rho", Rho);
        if (Around is SamOptions)
            found.Add("SAM is around SAM; expected another optimizer inside");
        if (WeightDecay != 0 || ClipNorm is not null || DecayNormsAndBiases)
            found.Add("SAM has a weight decay or a clip norm of its own; expected them on the optimizer inside");
        found.AddRange(Around.Violations());
    }
}
