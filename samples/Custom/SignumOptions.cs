using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Weft;

namespace Custom;

/// <summary>m ← momentum · m + (1 − momentum) · gradient; w ← w − rate · (sign(m) + decay · w).</summary>
/// <remarks>Bernstein et al., "signSGD: compressed optimisation for non-convex problems", ICML 2018, with momentum.</remarks>
internal sealed record SignumOptions : OptimizerOptions
{
    [Description("Share of the mean gradient that is kept."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    protected override Optimizer CreateOptimizer(DeviceTensors tensors) => new ElementwiseOptimizer<Rule>(
        this, tensors, (rate, decay, _) => new Rule((float)rate, (float)decay, (float)Momentum), first: "momentum");

    private readonly struct Rule(float rate, float decay, float momentum) : IUpdateRule
    {
        public static bool UsesFirst => true;

        public static bool UsesSecond => false;

        public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = momentum * first + (1 - momentum) * gradient;
            var sign = Vector.ConditionalSelect(Vector.LessThan(first, Vector<float>.Zero), -Vector<float>.One, Vector<float>.One);
            weight -= rate * (sign + decay * weight);
        }
    }
}
