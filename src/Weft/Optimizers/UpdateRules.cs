using System.Numerics;

namespace Weft;

internal readonly struct PlainSgdRule(float rate, float decay) : IUpdateRule
{
    public static bool UsesFirst => false;

    public static bool UsesSecond => false;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second) =>
        weight -= rate * (gradient + decay * weight);
}

internal readonly struct MomentumRule(float rate, float decay, float momentum) : IUpdateRule
{
    public static bool UsesFirst => true;

    public static bool UsesSecond => false;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        first = Moments.Flush(momentum * first + (gradient + decay * weight));
        weight -= rate * first;
    }
}

internal readonly struct NesterovRule(float rate, float decay, float momentum) : IUpdateRule
{
    public static bool UsesFirst => true;

    public static bool UsesSecond => false;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        var decayed = gradient + decay * weight;
        first = Moments.Flush(momentum * first + decayed);
        weight -= rate * (decayed + momentum * first);
    }
}

/// <param name="Rate">rate / (1 − β1ᵗ).</param>
/// <param name="SecondScale">1 / √(1 − β2ᵗ).</param>
/// <param name="Decay">L2: added to the gradient.</param>
/// <param name="Keep">Decoupled decay: 1 − rate · decay.</param>
internal readonly record struct AdamRule(
    float Rate, float SecondScale, float Decay, float Keep, float Beta1, float Beta2, float NewFirst, float NewSecond, float Epsilon)
    : IUpdateRule
{
    public static bool UsesFirst => true;

    public static bool UsesSecond => true;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        var decayed = gradient + Decay * weight;
        first = Moments.Flush(Beta1 * first + NewFirst * decayed);
        second = Moments.Flush(Beta2 * second + NewSecond * (decayed * decayed));
        weight = Keep * weight - Rate * first / (SecondScale * Vector.SquareRoot(second) + new Vector<float>(Epsilon));
    }
}

internal readonly struct PlainRmsPropRule(float rate, float decay, float smoothing, float newSecond, float epsilon) : IUpdateRule
{
    public static bool UsesFirst => false;

    public static bool UsesSecond => true;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        var decayed = gradient + decay * weight;
        second = Moments.Flush(smoothing * second + newSecond * (decayed * decayed));
        weight -= rate * decayed / (Vector.SquareRoot(second) + new Vector<float>(epsilon));
    }
}

internal readonly struct MomentumRmsPropRule(float rate, float decay, float smoothing, float newSecond, float epsilon, float momentum) : IUpdateRule
{
    public static bool UsesFirst => true;

    public static bool UsesSecond => true;

    public void Update(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
    {
        var decayed = gradient + decay * weight;
        second = Moments.Flush(smoothing * second + newSecond * (decayed * decayed));
        first = Moments.Flush(momentum * first + decayed / (Vector.SquareRoot(second) + new Vector<float>(epsilon)));
        weight -= rate * first;
    }
}

internal static class Moments
{
    // Moments of dead units halve their way down to denormals, on which some processors compute a hundred times slower, and .NET cannot
    // switch denormals off. A moment this small moves no weight: rate · 1e-30 is far below half a unit in the last place of any weight above 1e-22.
    private const float Negligible = 1e-30f;

    /// <summary>Numbers too small to matter become 0; NaN stays NaN.</summary>
    public static Vector<float> Flush(Vector<float> moment) =>
        Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(moment), new Vector<float>(Negligible)), Vector<float>.Zero, moment);
}
