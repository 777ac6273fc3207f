using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>Which function of an element; ReLU has kernels of its own.</summary>
internal enum ActivationKind
{
    LeakyReLU = 1,
    ELU = 2,
    GELU = 3,
    SiLU = 4,
    Mish = 5,
    ReLU6 = 6,
    Sigmoid = 7,
    HardSigmoid = 8,
    HardSwish = 9,
}

/// <summary>An activation with its number (slope of leaky ReLU, α of ELU, unused by the others).</summary>
internal readonly record struct ActivationFunction(ActivationKind Kind, float Parameter)
{
    /// <summary>Whether the slope at an input is also the slope at its output, so that the output may take the input's place.</summary>
    public bool SlopeFollowsFromOutput => Kind == ActivationKind.ReLU6 || (Kind == ActivationKind.LeakyReLU && Parameter >= 0);
}

/// <summary>One function over any vector width: y = f(x) and f'(x).</summary>
internal interface IActivation
{
    static abstract TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct;

    static abstract TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct;
}

internal readonly struct LeakyReLUActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.SelectGreater(x, TW.Broadcast(0), x, TW.Multiply(x, parameter));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.SelectGreater(x, TW.Broadcast(0), TW.Broadcast(1), parameter);
}

internal readonly struct ELUActivation : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.SelectGreater(x, TW.Broadcast(0), x, TW.Multiply(parameter, VectorMath<TW, TV>.ExpMinusOneOfNegative(x)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.SelectGreater(x, TW.Broadcast(0), TW.Broadcast(1), TW.Multiply(parameter, VectorMath<TW, TV>.Exp(x)));
}

internal readonly struct GELUActivation : IActivation
{
    private const float InverseRootOfTwoPi = 0.398942280401f;

    // The density is 0 from 13.2 on; a larger factor would only make 0 · ∞.
    private const float DensityEnds = 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.Multiply(x, Distribution<TW, TV>(x, out _));

    // Φ(x) + x · φ(x)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        var distribution = Distribution<TW, TV>(x, out var density);
        TV end = TW.Broadcast(DensityEnds), factor = TW.Max(TW.SelectGreater(x, end, end, x), TW.Broadcast(-DensityEnds));
        return TW.MultiplyAdd(TW.Multiply(factor, TW.Broadcast(InverseRootOfTwoPi)), density, distribution);
    }

    // Φ(x), and e^(−x²/2) which both need.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Distribution<TW, TV>(TV x, out TV density)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        var zero = TW.Broadcast(0);
        density = VectorMath<TW, TV>.Exp(TW.Multiply(TW.Multiply(x, TW.Broadcast(-0.5f)), x));
        var tail = TW.Multiply(density, VectorMath<TW, TV>.NormalTailOverDensity(TW.Max(x, TW.Subtract(zero, x))));
        return TW.SelectGreater(x, zero, TW.Subtract(TW.Broadcast(1), tail), tail);
    }
}

internal readonly struct SiLUActivation : IActivation
{
    // e^87 and its inverse are both normal floats; beyond it the slope is 0 or 1 to the last bit.
    private const float SlopeSettles = 86;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.Divide(x, TW.Add(TW.Broadcast(1), VectorMath<TW, TV>.Exp(TW.Subtract(TW.Broadcast(0), x))));

    // With e = exp(−x) and s = 1/(1 + e): s · (1 + x · e · s). (1 − s would lose the digits that e · s keeps.)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV one = TW.Broadcast(1), end = TW.Broadcast(SlopeSettles);
        var clamped = TW.Max(TW.SelectGreater(x, end, end, x), TW.Broadcast(-SlopeSettles));
        var e = VectorMath<TW, TV>.Exp(TW.Subtract(TW.Broadcast(0), clamped));
        var s = TW.Divide(one, TW.Add(one, e));
        return TW.Multiply(s, TW.MultiplyAdd(clamped, TW.Multiply(e, s), one));
    }
}

/// <summary>With w = e^x and n = w·(w + 2): tanh(ln(1 + w)) = n/(n + 2), without a logarithm and without cancellation.</summary>
internal readonly struct MishActivation : IActivation
{
    // n/(n + 2) is 1 in floats from 9 on, and n² stays finite up to 22.
    private const float Settles = 20;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV two = TW.Broadcast(2), end = TW.Broadcast(Settles);
        var w = VectorMath<TW, TV>.Exp(TW.SelectGreater(x, end, end, x));
        var n = TW.Multiply(w, TW.Add(w, two));
        return TW.Multiply(x, TW.Divide(n, TW.Add(n, two)));
    }

    // n/(n + 2) + x · 4w(w + 1)/(n + 2)²
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV two = TW.Broadcast(2), end = TW.Broadcast(Settles);
        // Below −86.5 w is 0; only the factor x has to stay finite there.
        var clamped = TW.Max(TW.SelectGreater(x, end, end, x), TW.Broadcast(-100));
        var w = VectorMath<TW, TV>.Exp(clamped);
        var n = TW.Multiply(w, TW.Add(w, two));
        var inverse = TW.Divide(TW.Broadcast(1), TW.Add(n, two));
        var rise = TW.Multiply(TW.Multiply(TW.MultiplyAdd(w, w, w), TW.Broadcast(4)), TW.Multiply(inverse, inverse));
        return TW.MultiplyAdd(clamped, rise, TW.Multiply(n, inverse));
    }
}

internal readonly struct ReLU6Activation : IActivation
{
    private const float End = 6;

    // Only a comparison that is false for NaN lets NaN through.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV zero = TW.Broadcast(0), end = TW.Broadcast(End);
        return TW.SelectGreater(x, end, end, TW.Max(x, zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV zero = TW.Broadcast(0), one = TW.Broadcast(1);
        return TW.SelectGreater(x, zero, TW.SelectGreater(TW.Broadcast(End), x, one, zero), zero);
    }
}

internal readonly struct SigmoidActivation : IActivation
{
    // e^87 is still a float; beyond it the value is 0 or 1 to the last bit.
    private const float Settles = 87;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        var one = TW.Broadcast(1);
        return TW.Divide(one, TW.Add(one, VectorMath<TW, TV>.Exp(TW.Subtract(TW.Broadcast(0), x))));
    }

    // With e = exp(−x): e / (1 + e)². (1 − s would lose the digits that e keeps.)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV one = TW.Broadcast(1), end = TW.Broadcast(Settles);
        var clamped = TW.Max(TW.SelectGreater(x, end, end, x), TW.Broadcast(-Settles));
        var e = VectorMath<TW, TV>.Exp(TW.Subtract(TW.Broadcast(0), clamped));
        var s = TW.Divide(one, TW.Add(one, e));
        return TW.Multiply(TW.Multiply(e, s), s);
    }
}

internal readonly struct HardSigmoidActivation : IActivation
{
    private const float End = 3;

    // NaN comes through Max and is no greater than the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV end = TW.Broadcast(End), one = TW.Broadcast(1);
        var rise = TW.Max(TW.Multiply(TW.Add(x, end), TW.Broadcast(1f / 6)), TW.Broadcast(0));
        return TW.SelectGreater(x, end, one, rise);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV zero = TW.Broadcast(0), inside = TW.SelectGreater(TW.Broadcast(End), x, TW.Broadcast(1f / 6), zero);
        return TW.SelectGreater(x, TW.Broadcast(-End), inside, zero);
    }
}

internal readonly struct HardSwishActivation : IActivation
{
    private const float End = 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Value<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct => TW.Multiply(x, HardSigmoidActivation.Value<TW, TV>(x, parameter));

    // x/3 + 1/2 up to the ends, and NaN for NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Slope<TW, TV>(TV x, TV parameter)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        TV end = TW.Broadcast(End), one = TW.Broadcast(1), zero = TW.Broadcast(0);
        var rise = TW.MultiplyAdd(x, TW.Broadcast(1f / 3), TW.Broadcast(0.5f));
        return TW.SelectGreater(x, end, one, TW.SelectGreater(TW.Subtract(zero, end), x, zero, rise));
    }
}
