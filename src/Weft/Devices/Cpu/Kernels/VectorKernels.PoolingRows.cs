using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>A row of an image under pooling windows, by its first pixel. One outside of the image stands for all its pixels, with a stride of 0.</summary>
internal readonly unsafe struct PoolingRow(float* origin, nint pixelStride)
{
    public readonly float* Origin = origin;
    public readonly nint PixelStride = pixelStride;
}

/// <summary>Three rows of an image under a row of 3×3 pooling windows. Columns outside of the image count for nothing.</summary>
/// <param name="width">Columns of the image.</param>
/// <param name="first">Column, perhaps negative, at which the first window begins.</param>
internal readonly struct PoolingRows(PoolingRow top, PoolingRow middle, PoolingRow bottom, int width, int first)
{
    public readonly PoolingRow Top = top;
    public readonly PoolingRow Middle = middle;
    public readonly PoolingRow Bottom = bottom;
    public readonly int Width = width;
    public readonly int First = first;
}

// 3×3 windows overlap: a row of them shares its loads, and in the backward pass its additions, from one window to the next.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>Whether <see cref="MaxRow"/> and <see cref="MaxRowGradient"/> serve windows of this size and stride.</summary>
    public static bool HasRowKernel(int kernel, int stride) => kernel == 3 && stride is 1 or 2;

    /// <summary>As <see cref="MaxWindow"/> for <paramref name="count"/> windows side by side.</summary>
    public abstract void MaxRow(in PoolingRows rows, int stride, float* y, nint yStride, int count, nint channels);

    /// <summary>
    /// As <see cref="MaxWindowGradient"/> for <paramref name="count"/> windows side by side; <paramref name="gradient"/> lies as <paramref name="rows"/>.
    /// </summary>
    public abstract void MaxRowGradient(in PoolingRows rows, int stride, float* dy, nint dyStride, int count, in PoolingRows gradient, nint channels);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void MaxRow(in PoolingRows rows, int stride, float* y, nint yStride, int count, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingRowLoops<TWidth, TVector>.Max(rows, stride, y, yStride, count, 0, whole);
        PoolingRowLoops<Width32, float>.Max(rows, stride, y, yStride, count, whole, channels);
    }

    public override void MaxRowGradient(in PoolingRows rows, int stride, float* dy, nint dyStride, int count, in PoolingRows gradient, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingRowLoops<TWidth, TVector>.MaxGradient(rows, stride, dy, dyStride, count, gradient, 0, whole);
        PoolingRowLoops<Width32, float>.MaxGradient(rows, stride, dy, dyStride, count, gradient, whole, channels);
    }
}

internal static unsafe class PoolingRowLoops<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(in PoolingRows rows, int stride, float* y, nint yStride, int count, nint from, nint to)
    {
        var outside = TW.Broadcast(float.NegativeInfinity);
        nint topStride = rows.Top.PixelStride, middleStride = rows.Middle.PixelStride, bottomStride = rows.Bottom.PixelStride;
        int width = rows.Width, first = rows.First;
        for (var c = from; c < to; c += TW.Lanes)
        {
            float* top = rows.Top.Origin + first * topStride + c, middle = rows.Middle.Origin + first * middleStride + c,
                bottom = rows.Bottom.Origin + first * bottomStride + c;
            var target = y + c;
            TV left = outside, center = outside;
            var skipped = 2;
            for (int x = first, i = 0; i < count; x++)
            {
                var right = outside;
                if ((uint)x < (uint)width)
                    right = TW.Max(TW.Max(TW.Load(top), TW.Load(middle)), TW.Load(bottom));
                top += topStride;
                middle += middleStride;
                bottom += bottomStride;
                if (--skipped < 0)
                {
                    TW.Store(target, TW.Max(TW.Max(left, center), right));
                    target += yStride;
                    skipped = stride - 1;
                    i++;
                }

                left = center;
                center = right;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaxGradient(in PoolingRows rows, int stride, float* dy, nint dyStride, int count, in PoolingRows gradient, nint from, nint to)
    {
        TV zero = TW.Broadcast(0), outside = TW.Broadcast(float.NegativeInfinity);
        nint topStride = rows.Top.PixelStride, middleStride = rows.Middle.PixelStride, bottomStride = rows.Bottom.PixelStride;
        nint topStep = gradient.Top.PixelStride, middleStep = gradient.Middle.PixelStride, bottomStep = gradient.Bottom.PixelStride;
        int width = rows.Width, first = rows.First;
        for (var c = from; c < to; c += TW.Lanes)
        {
            float* top = rows.Top.Origin + first * topStride + c, middle = rows.Middle.Origin + first * middleStride + c,
                bottom = rows.Bottom.Origin + first * bottomStride + c;
            float* dTop = gradient.Top.Origin + (first - 2) * topStep + c, dMiddle = gradient.Middle.Origin + (first - 2) * middleStep + c;
            float* dBottom = gradient.Bottom.Origin + (first - 2) * bottomStep + c, source = dy + c;
            // Values and gradients of the window's nine elements, row by row.
            TV v00 = outside, v10 = outside, v20 = outside, v01 = outside, v11 = outside, v21 = outside;
            TV d00 = zero, d10 = zero, d20 = zero, d01 = zero, d11 = zero, d21 = zero;
            int skipped = 2, end = first + 2 + (count - 1) * stride;
            for (var x = first; x <= end + 2; x++)
            {
                TV v02 = outside, v12 = outside, v22 = outside, d02 = zero, d12 = zero, d22 = zero;
                if ((uint)x < (uint)width)
                {
                    v02 = TW.Load(top);
                    v12 = TW.Load(middle);
                    v22 = TW.Load(bottom);
                }

                if (--skipped < 0 && x <= end)
                {
                    var best = Larger(Larger(Larger(v00, v01), Larger(v02, v10)), Larger(Larger(v11, v12), Larger(Larger(v20, v21), v22)));
                    // The first element that is not below the maximum takes the gradient; nothing is left for later ones.
                    var left = TW.Load(source);
                    Take(best, v00, ref d00, ref left, zero);
                    Take(best, v01, ref d01, ref left, zero);
                    Take(best, v02, ref d02, ref left, zero);
                    Take(best, v10, ref d10, ref left, zero);
                    Take(best, v11, ref d11, ref left, zero);
                    Take(best, v12, ref d12, ref left, zero);
                    Take(best, v20, ref d20, ref left, zero);
                    Take(best, v21, ref d21, ref left, zero);
                    Take(best, v22, ref d22, ref left, zero);
                    source += dyStride;
                    skipped = stride - 1;
                }

                // No later window reaches the first column.
                if ((uint)(x - 2) < (uint)width)
                {
                    TW.Store(dTop, TW.Add(TW.Load(dTop), d00));
                    TW.Store(dMiddle, TW.Add(TW.Load(dMiddle), d10));
                    TW.Store(dBottom, TW.Add(TW.Load(dBottom), d20));
                }

                top += topStride;
                middle += middleStride;
                bottom += bottomStride;
                dTop += topStep;
                dMiddle += middleStep;
                dBottom += bottomStep;
                v00 = v01;
                v10 = v11;
                v20 = v21;
                d00 = d01;
                d10 = d11;
                d20 = d21;
                v01 = v02;
                v11 = v12;
                v21 = v22;
                d01 = d02;
                d11 = d12;
                d21 = d22;
            }
        }
    }

    // Without a care for NaN, which has no gradient worth the name.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Larger(TV a, TV b) => TW.SelectGreater(a, b, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(TV best, TV value, ref TV gradient, ref TV left, TV zero)
    {
        gradient = TW.Add(gradient, TW.SelectGreater(best, value, zero, left));
        left = TW.SelectGreater(best, value, left, zero);
    }
}
