using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>
/// Functions as straight-line code over any vector width, with the same formula for every lane. Errors are relative, measured against double over the whole
/// range (VectorMathTests). NaN gives NaN.
/// </summary>
/// <remarks>The polynomials are minimax fits made for this file (Remez exchange in 40 digits); their own error stands beside each.</remarks>
internal static class VectorMath<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    // Adding it leaves no bits for a fraction: the sum rounds to the nearest whole number, ties to even.
    private const float RoundingShift = 12582912f; // 1.5 · 2^23

    // ln 2 in two parts: the first has 9 bits, so that its product with a whole number below 2^15 is exact.
    private const float LnTwoHigh = 0.693359375f;
    private const float LnTwoLow = -2.12194440e-4f;

    // Where 2^n · (…) would leave the normal numbers; e^-86.5 is 2.7e-38.
    private const float Lowest = -86.5f;
    private const float Highest = 89;

    /// <summary>e^x with an error of at most 1.5e-7; 0 below −86.5, ∞ above 88.73.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Exp(TV x)
    {
        TV low = TW.Broadcast(Lowest), high = TW.Broadcast(Highest);
        var clamped = TW.Max(TW.SelectGreater(x, high, high, x), low);
        var n = Split(clamped, out var r);
        // 2^128 is no float: half of the scale goes last.
        var power = TW.PowerOfTwo(TW.Subtract(n, TW.Broadcast(1)));
        var half = TW.MultiplyAdd(power, ExpMinusOneNearZero(r), power);
        return TW.SelectGreater(low, x, TW.Broadcast(0), TW.Add(half, half));
    }

    /// <summary>e^x − 1 for x ≤ 0 with an error of at most 2.5e-7, also near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV ExpMinusOneOfNegative(TV x)
    {
        var n = Split(TW.Max(x, TW.Broadcast(Lowest)), out var r);
        var power = TW.PowerOfTwo(n);
        return TW.MultiplyAdd(power, ExpMinusOneNearZero(r), TW.Subtract(power, TW.Broadcast(1)));
    }

    /// <summary>Φ(−x) / e^(−x²/2) for 0 ≤ x ≤ 14, where floats for e^(−x²/2) end, with an error of at most 4e-7; at ∞ 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV NormalTailOverDensity(TV x)
    {
        // Smooth and bounded in t = 1/(1 + 0.34 x), which is in 0…1. The fit errs by 3.0e-8.
        var one = TW.Broadcast(1);
        var t = TW.Divide(one, TW.MultiplyAdd(x, TW.Broadcast(0.34f), one));
        var q = TW.MultiplyAdd(TW.Broadcast(-0.02612057418f), t, TW.Broadcast(0.1394999127f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(-0.2731334886f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(0.2021833839f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(-0.04471884949f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(0.115359294f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(0.1151976344f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(0.1361121989f));
        q = TW.MultiplyAdd(q, t, TW.Broadcast(0.1356205034f));
        return TW.Multiply(q, t);
    }

    // x = n · ln 2 + r with a whole n and |r| ≤ ln 2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Split(TV x, out TV r)
    {
        var shift = TW.Broadcast(RoundingShift);
        var n = TW.Subtract(TW.MultiplyAdd(x, TW.Broadcast(1.44269504f), shift), shift);
        r = TW.MultiplyAdd(n, TW.Broadcast(-LnTwoLow), TW.MultiplyAdd(n, TW.Broadcast(-LnTwoHigh), x));
        return n;
    }

    // r · Q(r) for |r| ≤ ln 2 / 2; Q errs by 1.1e-8.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV ExpMinusOneNearZero(TV r)
    {
        var q = TW.MultiplyAdd(TW.Broadcast(0.00139486991428f), r, TW.Broadcast(0.00836922249832f));
        q = TW.MultiplyAdd(q, r, TW.Broadcast(0.0416662390171f));
        q = TW.MultiplyAdd(q, r, TW.Broadcast(0.166665045867f));
        q = TW.MultiplyAdd(q, r, TW.Broadcast(0.500000008129f));
        q = TW.MultiplyAdd(q, r, TW.Broadcast(1.00000001084f)); // rounds to 1: near 0 the result is r itself
        return TW.Multiply(q, r);
    }
}
