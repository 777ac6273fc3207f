using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>A pooling window over one image: which input pixels it covers after clipping to the image.</summary>
internal readonly unsafe ref struct PoolingWindow(float* input, nint rowStride, nint pixelStride, int rows, int columns)
{
    public readonly float* Input = input;
    public readonly nint RowStride = rowStride;
    public readonly nint PixelStride = pixelStride;
    public readonly int Rows = rows;
    public readonly int Columns = columns;
}

internal abstract unsafe partial class VectorKernels
{
    /// <summary>y[c] = max over the window; NaN where the window holds one.</summary>
    public abstract void MaxWindow(in PoolingWindow window, float* y, nint channels);

    /// <summary>At the first largest element of the window: dx += dy. dx lies <paramref name="offset"/>-strided as the window does.</summary>
    public abstract void MaxWindowGradient(in PoolingWindow window, float* dy, in PoolingWindow offset, nint channels);

    /// <summary>y[c] = factor · Σ over the window.</summary>
    public abstract void SumWindow(in PoolingWindow window, float factor, float* y, nint channels);

    /// <summary>dx += factor · dy over the window.</summary>
    public abstract void SumWindowGradient(float* dy, float factor, in PoolingWindow window, nint channels);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void MaxWindow(in PoolingWindow window, float* y, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingLoops<TWidth, TVector>.Max(window, y, 0, whole);
        PoolingLoops<Width32, float>.Max(window, y, whole, channels);
    }

    public override void MaxWindowGradient(in PoolingWindow window, float* dy, in PoolingWindow offset, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingLoops<TWidth, TVector>.MaxGradient(window, dy, offset, 0, whole);
        PoolingLoops<Width32, float>.MaxGradient(window, dy, offset, whole, channels);
    }

    public override void SumWindow(in PoolingWindow window, float factor, float* y, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingLoops<TWidth, TVector>.Sum(window, factor, y, 0, whole);
        PoolingLoops<Width32, float>.Sum(window, factor, y, whole, channels);
    }

    public override void SumWindowGradient(float* dy, float factor, in PoolingWindow window, nint channels)
    {
        var whole = channels - channels % TWidth.Lanes;
        PoolingLoops<TWidth, TVector>.SumGradient(dy, factor, window, 0, whole);
        PoolingLoops<Width32, float>.SumGradient(dy, factor, window, whole, channels);
    }
}

internal static unsafe class PoolingLoops<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(in PoolingWindow window, float* y, nint from, nint to)
    {
        for (var c = from; c < to; c += TW.Lanes)
        {
            var best = TW.Broadcast(float.NegativeInfinity);
            for (var row = 0; row < window.Rows; row++)
            {
                var p = window.Input + row * window.RowStride + c;
                for (var column = 0; column < window.Columns; column++, p += window.PixelStride)
                    best = TW.Max(best, TW.Load(p));
            }

            TW.Store(y + c, best);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaxGradient(in PoolingWindow window, float* dy, in PoolingWindow gradient, nint from, nint to)
    {
        var zero = TW.Broadcast(0);
        for (var c = from; c < to; c += TW.Lanes)
        {
            var best = TW.Broadcast(float.NegativeInfinity);
            for (var row = 0; row < window.Rows; row++)
            {
                var p = window.Input + row * window.RowStride + c;
                for (var column = 0; column < window.Columns; column++, p += window.PixelStride)
                    best = TW.Max(best, TW.Load(p));
            }

            // The first element that is not below the maximum takes the gradient; nothing is left for later ones.
            var left = TW.Load(dy + c);
            for (var row = 0; row < window.Rows; row++)
            {
                var p = window.Input + row * window.RowStride + c;
                var d = gradient.Input + row * gradient.RowStride + c;
                for (var column = 0; column < window.Columns; column++, p += window.PixelStride, d += gradient.PixelStride)
                {
                    var value = TW.Load(p);
                    TW.Store(d, TW.Add(TW.Load(d), TW.SelectGreater(best, value, zero, left)));
                    left = TW.SelectGreater(best, value, left, zero);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sum(in PoolingWindow window, float factor, float* y, nint from, nint to)
    {
        for (var c = from; c < to; c += TW.Lanes)
        {
            var sum = TW.Broadcast(0);
            for (var row = 0; row < window.Rows; row++)
            {
                var p = window.Input + row * window.RowStride + c;
                for (var column = 0; column < window.Columns; column++, p += window.PixelStride)
                    sum = TW.Add(sum, TW.Load(p));
            }

            TW.Store(y + c, TW.Multiply(sum, TW.Broadcast(factor)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumGradient(float* dy, float factor, in PoolingWindow window, nint from, nint to)
    {
        for (var c = from; c < to; c += TW.Lanes)
        {
            var share = TW.Multiply(TW.Load(dy + c), TW.Broadcast(factor));
            for (var row = 0; row < window.Rows; row++)
            {
                var d = window.Input + row * window.RowStride + c;
                for (var column = 0; column < window.Columns; column++, d += window.PixelStride)
                    TW.Store(d, TW.Add(TW.Load(d), share));
            }
        }
    }
}
