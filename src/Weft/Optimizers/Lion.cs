using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;

namespace Weft;

/// <summary>
/// Evolved sign momentum: w ← w · (1 − rate · decay) − rate · sign(β1 · m + (1 − β1) · gradient); then m ← β2 · m + (1 − β2) · gradient.
/// Every weight moves by the rate, so that it is 3 to 10 times smaller than Adam's and the decay as much larger. sign(0) is 0, sign(NaN) NaN.
/// </summary>
/// <remarks>
/// Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023, algorithm 2, with the decay where the authors' PyTorch code has it.
/// </remarks>
public sealed record LionOptions : OptimizerOptions
{
    [Description("Share of the mean gradient in the direction of a step."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; init; } = 0.9;

    [Description("Decay of the mean gradient."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.99;

    protected internal override Optimizer CreateOptimizer(DeviceTensors tensors) => new ElementwiseOptimizer<LionRule>(
        this, tensors,
        (rate, decay, _) => new((float)rate, (float)(1 - rate * decay), (float)Beta1, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2)),
        "exp_avg");
}

internal readonly struct LionRule(float rate, float keep, float beta1, float newInStep, float beta2, float newInMean) : IUpdateRule
{
    public static bool UsesFirst => true;

    public static bool UsesSecond => false;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        weight = keep * weight - rate * Sign(beta1 * first + newInStep * gradient);
        first = Moments.Flush(beta2 * first + newInMean * gradient);
    }

    private static Vector<float> Sign(Vector<float> value) => Vector.ConditionalSelect(
        Vector.GreaterThan(value, Vector<float>.Zero), Vector<float>.One,
        Vector.ConditionalSelect(Vector.LessThan(value, Vector<float>.Zero), -Vector<float>.One, value));
}
