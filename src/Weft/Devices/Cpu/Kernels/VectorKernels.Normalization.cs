using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>Per-channel coefficients of a norm with the ReLU (and pooling) behind it; arrays of one float a channel.</summary>
internal unsafe struct NormCoefficients
{
    /// <summary>y = Scale · z + Shift, the norm's output before the ReLU.</summary>
    public float* Scale;

    public float* Shift;

    /// <summary>Whether max(y, 0) follows.</summary>
    public bool ReLU;

    /// <summary>The channel's mean: moments and their gradients are summed around it, which keeps large means from swallowing small variances.</summary>
    public float* Pivot;

    /// <summary>dz = P · dy + Q · z + R.</summary>
    public float* P;

    public float* Q;

    public float* R;
}

// A "row" is a run of pixels, pixelStride apart, channel last. Whole vectors of channels first, then the remaining channels one by one.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>sum[c] += Σ(z − pivot), squares[c] += Σ(z − pivot)² over the row.</summary>
    public abstract void AddMoments(float* z, nint stride, nint pixels, nint channels, float* pivot, float* sum, float* squares);

    /// <summary>y = scale · z + shift, cut at 0 if asked for.</summary>
    public abstract void ApplyNorm(float* z, nint zStride, float* y, nint yStride, nint pixels, nint channels, in NormCoefficients norm);

    /// <summary>As <see cref="ApplyNorm"/>, then the maximum of each 2×2 window of two rows: <paramref name="pooled"/> pixels.</summary>
    public abstract void ApplyNormPool(float* z, nint zStride, nint zRow, float* y, nint yStride, nint pooled, nint channels, in NormCoefficients norm);

    /// <summary>With g = dy where the ReLU was open: sum[c] += Σ g, products[c] += Σ g · (z − pivot).</summary>
    public abstract void AddNormGradientMoments(
        float* z, nint zStride, float* dy, nint dyStride, nint pixels, nint channels, in NormCoefficients norm, float* sum, float* products);

    /// <summary>As <see cref="AddNormGradientMoments"/> where dy belongs to the maxima of 2×2 windows (the first of equals).</summary>
    public abstract void AddNormPoolGradientMoments(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, nint pooled, nint channels, in NormCoefficients norm, float* sum, float* products);

    /// <summary>dz = P · g + Q · z + R.</summary>
    public abstract void ApplyNormGradient(
        float* z, nint zStride, float* dy, nint dyStride, float* dz, nint dzStride, nint pixels, nint channels, in NormCoefficients norm);

    /// <summary>As <see cref="ApplyNormGradient"/> where dy belongs to the maxima of 2×2 windows; two rows of dz, dzRow apart.</summary>
    public abstract void ApplyNormPoolGradient(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, float* dz, nint dzStride,
        nint dzRow, nint pooled, nint channels, in NormCoefficients norm);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void AddMoments(float* z, nint stride, nint pixels, nint channels, float* pivot, float* sum, float* squares)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.AddMoments(z, stride, pixels, 0, whole, pivot, sum, squares);
        NormLoops<Width32, float>.AddMoments(z, stride, pixels, whole, channels, pivot, sum, squares);
    }

    public override void ApplyNorm(float* z, nint zStride, float* y, nint yStride, nint pixels, nint channels, in NormCoefficients norm)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.Apply(z, zStride, y, yStride, pixels, 0, whole, norm);
        NormLoops<Width32, float>.Apply(z, zStride, y, yStride, pixels, whole, channels, norm);
    }

    public override void ApplyNormPool(float* z, nint zStride, nint zRow, float* y, nint yStride, nint pooled, nint channels, in NormCoefficients norm)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.ApplyPool(z, zStride, zRow, y, yStride, pooled, 0, whole, norm);
        NormLoops<Width32, float>.ApplyPool(z, zStride, zRow, y, yStride, pooled, whole, channels, norm);
    }

    public override void AddNormGradientMoments(
        float* z, nint zStride, float* dy, nint dyStride, nint pixels, nint channels, in NormCoefficients norm, float* sum, float* products)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.AddGradientMoments(z, zStride, dy, dyStride, pixels, 0, whole, norm, sum, products);
        NormLoops<Width32, float>.AddGradientMoments(z, zStride, dy, dyStride, pixels, whole, channels, norm, sum, products);
    }

    public override void AddNormPoolGradientMoments(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, nint pooled, nint channels, in NormCoefficients norm, float* sum, float* products)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.AddPoolGradientMoments(z, zStride, zRow, dy, dyStride, pooled, 0, whole, norm, sum, products);
        NormLoops<Width32, float>.AddPoolGradientMoments(z, zStride, zRow, dy, dyStride, pooled, whole, channels, norm, sum, products);
    }

    public override void ApplyNormGradient(
        float* z, nint zStride, float* dy, nint dyStride, float* dz, nint dzStride, nint pixels, nint channels, in NormCoefficients norm)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.ApplyGradient(z, zStride, dy, dyStride, dz, dzStride, pixels, 0, whole, norm);
        NormLoops<Width32, float>.ApplyGradient(z, zStride, dy, dyStride, dz, dzStride, pixels, whole, channels, norm);
    }

    public override void ApplyNormPoolGradient(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, float* dz, nint dzStride, nint dzRow, nint pooled, nint channels, in NormCoefficients norm)
    {
        var whole = channels - channels % TWidth.Lanes;
        NormLoops<TWidth, TVector>.ApplyPoolGradient(z, zStride, zRow, dy, dyStride, dz, dzStride, dzRow, pooled, 0, whole, norm);
        NormLoops<Width32, float>.ApplyPoolGradient(z, zStride, zRow, dy, dyStride, dz, dzStride, dzRow, pooled, whole, channels, norm);
    }
}

/// <summary>
/// The loops of the norms over channels from … to − 1 of a row, one vector of channels at a time; the channel loop is outside so that coefficients and sums
/// stay in registers.
/// </summary>
internal static unsafe class NormLoops<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMoments(float* z, nint stride, nint pixels, nint from, nint to, float* pivot, float* sum, float* squares)
    {
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV center = TW.Load(pivot + c), s = TW.Load(sum + c), q = TW.Load(squares + c);
            var p = z + c;
            for (nint i = 0; i < pixels; i++, p += stride)
            {
                var d = TW.Subtract(TW.Load(p), center);
                s = TW.Add(s, d);
                q = TW.MultiplyAdd(d, d, q);
            }

            TW.Store(sum + c, s);
            TW.Store(squares + c, q);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* z, nint zStride, float* y, nint yStride, nint pixels, nint from, nint to, in NormCoefficients norm)
    {
        // Without a ReLU the floor is −∞, which leaves every value (and NaN) as it is.
        var floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c);
            float* p = z + c, o = y + c;
            for (nint i = 0; i < pixels; i++, p += zStride, o += yStride)
                TW.Store(o, TW.Max(TW.MultiplyAdd(scale, TW.Load(p), shift), floor));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyPool(float* z, nint zStride, nint zRow, float* y, nint yStride, nint pooled, nint from, nint to, in NormCoefficients norm)
    {
        var floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c);
            float* p = z + c, o = y + c;
            for (nint i = 0; i < pooled; i++, p += 2 * zStride, o += yStride)
            {
                var top = TW.Max(TW.MultiplyAdd(scale, TW.Load(p), shift), TW.MultiplyAdd(scale, TW.Load(p + zStride), shift));
                var bottom = TW.Max(TW.MultiplyAdd(scale, TW.Load(p + zRow), shift), TW.MultiplyAdd(scale, TW.Load(p + zRow + zStride), shift));
                TW.Store(o, TW.Max(TW.Max(top, bottom), floor));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradientMoments(
        float* z, nint zStride, float* dy, nint dyStride, nint pixels, nint from, nint to, in NormCoefficients norm, float* sum, float* products)
    {
        TV floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity), zero = TW.Broadcast(0);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c), center = TW.Load(norm.Pivot + c);
            TV s = TW.Load(sum + c), q = TW.Load(products + c);
            float* p = z + c, g = dy + c;
            for (nint i = 0; i < pixels; i++, p += zStride, g += dyStride)
            {
                var value = TW.Load(p);
                var open = TW.SelectGreater(TW.MultiplyAdd(scale, value, shift), floor, TW.Load(g), zero);
                s = TW.Add(s, open);
                q = TW.MultiplyAdd(open, TW.Subtract(value, center), q);
            }

            TW.Store(sum + c, s);
            TW.Store(products + c, q);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPoolGradientMoments(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, nint pooled, nint from, nint to, in NormCoefficients norm, float* sum, float* products)
    {
        TV floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity), zero = TW.Broadcast(0);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c), center = TW.Load(norm.Pivot + c);
            TV s = TW.Load(sum + c), q = TW.Load(products + c);
            float* p = z + c, g = dy + c;
            for (nint i = 0; i < pooled; i++, p += 2 * zStride, g += dyStride)
            {
                // Follow the z of the largest y; a later one replaces it only if strictly larger.
                TV value = TW.Load(p), best = TW.MultiplyAdd(scale, value, shift);
                Follow(TW.Load(p + zStride), scale, shift, ref value, ref best);
                Follow(TW.Load(p + zRow), scale, shift, ref value, ref best);
                Follow(TW.Load(p + zRow + zStride), scale, shift, ref value, ref best);
                var open = TW.SelectGreater(best, floor, TW.Load(g), zero);
                s = TW.Add(s, open);
                q = TW.MultiplyAdd(open, TW.Subtract(value, center), q);
            }

            TW.Store(sum + c, s);
            TW.Store(products + c, q);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyGradient(
        float* z, nint zStride, float* dy, nint dyStride, float* dz, nint dzStride, nint pixels, nint from, nint to, in NormCoefficients norm)
    {
        TV floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity), zero = TW.Broadcast(0);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c);
            TV cp = TW.Load(norm.P + c), cq = TW.Load(norm.Q + c), cr = TW.Load(norm.R + c);
            float* p = z + c, g = dy + c, o = dz + c;
            for (nint i = 0; i < pixels; i++, p += zStride, g += dyStride, o += dzStride)
            {
                var value = TW.Load(p);
                var open = TW.SelectGreater(TW.MultiplyAdd(scale, value, shift), floor, TW.Load(g), zero);
                TW.Store(o, TW.MultiplyAdd(cp, open, TW.MultiplyAdd(cq, value, cr)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyPoolGradient(
        float* z, nint zStride, nint zRow, float* dy, nint dyStride, float* dz, nint dzStride, nint dzRow,
        nint pooled, nint from, nint to, in NormCoefficients norm)
    {
        TV floor = TW.Broadcast(norm.ReLU ? 0 : float.NegativeInfinity), zero = TW.Broadcast(0);
        for (var c = from; c < to; c += TW.Lanes)
        {
            TV scale = TW.Load(norm.Scale + c), shift = TW.Load(norm.Shift + c);
            TV cp = TW.Load(norm.P + c), cq = TW.Load(norm.Q + c), cr = TW.Load(norm.R + c);
            float* p = z + c, g = dy + c, o = dz + c;
            for (nint i = 0; i < pooled; i++, p += 2 * zStride, g += dyStride, o += 2 * dzStride)
            {
                TV z0 = TW.Load(p), z1 = TW.Load(p + zStride), z2 = TW.Load(p + zRow), z3 = TW.Load(p + zRow + zStride);
                TV y0 = TW.MultiplyAdd(scale, z0, shift), y1 = TW.MultiplyAdd(scale, z1, shift);
                TV y2 = TW.MultiplyAdd(scale, z2, shift), y3 = TW.MultiplyAdd(scale, z3, shift);
                var best = TW.Max(TW.Max(y0, y1), TW.Max(y2, y3));
                // The first window element that is not below the maximum takes the gradient, the others get what is left: nothing.
                var left = TW.SelectGreater(best, floor, TW.Load(g), zero);
                TV g0 = TW.SelectGreater(best, y0, zero, left);
                left = TW.SelectGreater(best, y0, left, zero);
                TV g1 = TW.SelectGreater(best, y1, zero, left);
                left = TW.SelectGreater(best, y1, left, zero);
                TV g2 = TW.SelectGreater(best, y2, zero, left);
                left = TW.SelectGreater(best, y2, left, zero);
                TW.Store(o, TW.MultiplyAdd(cp, g0, TW.MultiplyAdd(cq, z0, cr)));
                TW.Store(o + dzStride, TW.MultiplyAdd(cp, g1, TW.MultiplyAdd(cq, z1, cr)));
                TW.Store(o + dzRow, TW.MultiplyAdd(cp, g2, TW.MultiplyAdd(cq, z2, cr)));
                TW.Store(o + dzRow + dzStride, TW.MultiplyAdd(cp, left, TW.MultiplyAdd(cq, z3, cr)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Follow(TV z, TV scale, TV shift, ref TV value, ref TV best)
    {
        var y = TW.MultiplyAdd(scale, z, shift);
        value = TW.SelectGreater(y, best, z, value);
        best = TW.Max(best, y);
    }
}
