using System.Runtime.CompilerServices;
using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

// Channel c of product p of a tile is at p · productStride + c.
// Channels are a multiple of Lanes in every method of this file: one vector is the same tile element of Lanes neighbouring channels, so a transform is
// plain arithmetic on whole vectors and there is no remainder.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>V = Bᵀ d B of one tile: six by six pixels from <paramref name="d"/>, its products to <paramref name="v"/>.</summary>
    public abstract void TransformInput(float* d, nint rowStride, nint pixelStride, float* v, nint productStride, nint channels);

    /// <summary>Y = Aᵀ M A of one tile: four by four pixels to <paramref name="y"/>.</summary>
    public abstract void TransformOutput(float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels);

    /// <summary>dM = A dY Aᵀ of one tile: four by four pixels from <paramref name="dy"/>.</summary>
    public abstract void TransformOutputGradient(float* dy, nint rowStride, nint pixelStride, float* dm, nint productStride, nint channels);

    /// <summary>d += B dV Bᵀ of one tile: six by six pixels of <paramref name="dd"/> are added to.</summary>
    public abstract void TransformInputGradient(float* dv, nint productStride, float* dd, nint rowStride, nint pixelStride, nint channels);

    /// <summary>
    /// U = G g Gᵀ: taps of a kernel of <paramref name="size"/> rows and columns, g[tap · tapStride + k], to thirty-six products u[p · productStride + k].
    /// </summary>
    public abstract void TransformKernel(int size, float* g, nint tapStride, float* u, nint productStride, nint channels);

    /// <summary>dg = Gᵀ dU G, the adjoint of <see cref="TransformKernel"/>.</summary>
    public abstract void TransformKernelGradient(int size, float* du, nint productStride, float* dg, nint tapStride, nint channels);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInput(float* d, nint rowStride, nint pixelStride, float* v, nint productStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            var to = v + c;
            for (nint x = 0; x < Inputs; x++)
                InputLine(d + x * pixelStride + c, rowStride, columns + x * lanes, Inputs * lanes);
            for (nint y = 0; y < Inputs; y++)
                InputLine(columns + y * Inputs * lanes, lanes, to + y * Inputs * productStride, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformOutput(float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Inputs * Outputs * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            var from = m + c;
            for (nint x = 0; x < Inputs; x++)
                OutputLine(from + x * productStride, Inputs * productStride, columns + x * lanes, Inputs * lanes);
            for (nint row = 0; row < Outputs; row++)
                OutputLine(columns + row * Inputs * lanes, lanes, y + row * rowStride + c, pixelStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformOutputGradient(float* dy, nint rowStride, nint pixelStride, float* dm, nint productStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Inputs * Outputs * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            var to = dm + c;
            for (nint x = 0; x < Outputs; x++)
                OutputGradientLine(dy + x * pixelStride + c, rowStride, columns + x * lanes, Outputs * lanes);
            for (nint y = 0; y < Inputs; y++)
                OutputGradientLine(columns + y * Outputs * lanes, lanes, to + y * Inputs * productStride, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInputGradient(float* dv, nint productStride, float* dd, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            var from = dv + c;
            for (nint x = 0; x < Inputs; x++)
                InputGradientLine(from + x * productStride, Inputs * productStride, columns + x * lanes, Inputs * lanes, add: false);
            for (nint y = 0; y < Inputs; y++)
                InputGradientLine(columns + y * Inputs * lanes, lanes, dd + y * rowStride + c, pixelStride, add: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformKernel(int size, float* g, nint tapStride, float* u, nint productStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            for (nint x = 0; x < size; x++)
                KernelLine(size, g + x * tapStride + c, size * tapStride, columns + x * lanes, size * lanes);
            for (nint y = 0; y < Inputs; y++)
                KernelLine(size, columns + y * size * lanes, lanes, u + y * Inputs * productStride + c, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformKernelGradient(int size, float* du, nint productStride, float* dg, nint tapStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            for (nint x = 0; x < Inputs; x++)
                KernelGradientLine(size, du + x * productStride + c, Inputs * productStride, columns + x * lanes, Inputs * lanes);
            for (nint y = 0; y < size; y++)
                KernelGradientLine(size, columns + y * Inputs * lanes, lanes, dg + y * size * tapStride + c, tapStride);
        }
    }

    private static void KernelLine(int size, float* from, nint stride, float* to, nint toStride)
    {
        if (size == 3)
            KernelLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.Kernel5, 5, 1, WinogradAxis.Places(5), from, stride, WinogradAxis.Places(Inputs), to, toStride, add: false);
    }

    private static void KernelGradientLine(int size, float* from, nint stride, float* to, nint toStride)
    {
        if (size == 3)
            KernelGradientLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.Kernel5, 1, 5, WinogradAxis.Places(Inputs), from, stride, WinogradAxis.Places(5), to, toStride, add: false);
    }

    // Bᵀ on six values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector d0 = TWidth.Load(from), d1 = TWidth.Load(from + stride), d2 = TWidth.Load(from + 2 * stride);
        TVector d3 = TWidth.Load(from + 3 * stride), d4 = TWidth.Load(from + 4 * stride), d5 = TWidth.Load(from + 5 * stride);
        TVector product = TWidth.Broadcast(ProductOfSquares), sum = TWidth.Broadcast(-SumOfSquares);
        TVector a2 = TWidth.Broadcast(-A2), b2 = TWidth.Broadcast(-B2);
        TWidth.Store(to, TWidth.MultiplyAdd(product, d0, TWidth.MultiplyAdd(sum, d2, d4)));
        var even = TWidth.MultiplyAdd(b2, d2, d4);
        var odd = TWidth.MultiplyAdd(b2, d1, d3);
        TWidth.Store(to + toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A), odd, even));
        TWidth.Store(to + 2 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(-A), odd, even));
        even = TWidth.MultiplyAdd(a2, d2, d4);
        odd = TWidth.MultiplyAdd(a2, d1, d3);
        TWidth.Store(to + 3 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(B), odd, even));
        TWidth.Store(to + 4 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(-B), odd, even));
        TWidth.Store(to + 5 * toStride, TWidth.MultiplyAdd(product, d1, TWidth.MultiplyAdd(sum, d3, d5)));
    }

    // Aᵀ on six values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector m1 = TWidth.Load(from + stride), m2 = TWidth.Load(from + 2 * stride), m3 = TWidth.Load(from + 3 * stride), m4 = TWidth.Load(from + 4 * stride);
        TVector sumA = TWidth.Add(m1, m2), differenceA = TWidth.Subtract(m1, m2);
        TVector sumB = TWidth.Add(m3, m4), differenceB = TWidth.Subtract(m3, m4);
        TWidth.Store(to, TWidth.Add(TWidth.Load(from), TWidth.Add(sumA, sumB)));
        TWidth.Store(to + toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A), differenceA, TWidth.Multiply(TWidth.Broadcast(B), differenceB)));
        TWidth.Store(to + 2 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A2), sumA, TWidth.Multiply(TWidth.Broadcast(B2), sumB)));
        var last = TWidth.Load(from + 5 * stride);
        TWidth.Store(to + 3 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A3), differenceA, TWidth.MultiplyAdd(TWidth.Broadcast(B3), differenceB, last)));
    }

    // A on four values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradientLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector y0 = TWidth.Load(from), y1 = TWidth.Load(from + stride), y2 = TWidth.Load(from + 2 * stride), y3 = TWidth.Load(from + 3 * stride);
        TWidth.Store(to, y0);
        var even = TWidth.MultiplyAdd(TWidth.Broadcast(A2), y2, y0);
        var odd = TWidth.MultiplyAdd(TWidth.Broadcast(A3), y3, TWidth.Multiply(TWidth.Broadcast(A), y1));
        TWidth.Store(to + toStride, TWidth.Add(even, odd));
        TWidth.Store(to + 2 * toStride, TWidth.Subtract(even, odd));
        even = TWidth.MultiplyAdd(TWidth.Broadcast(B2), y2, y0);
        odd = TWidth.MultiplyAdd(TWidth.Broadcast(B3), y3, TWidth.Multiply(TWidth.Broadcast(B), y1));
        TWidth.Store(to + 3 * toStride, TWidth.Add(even, odd));
        TWidth.Store(to + 4 * toStride, TWidth.Subtract(even, odd));
        TWidth.Store(to + 5 * toStride, y3);
    }

    // B on six values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputGradientLine(float* from, nint stride, float* to, nint toStride, bool add)
    {
        TVector v0 = TWidth.Load(from), v1 = TWidth.Load(from + stride), v2 = TWidth.Load(from + 2 * stride);
        TVector v3 = TWidth.Load(from + 3 * stride), v4 = TWidth.Load(from + 4 * stride), v5 = TWidth.Load(from + 5 * stride);
        TVector sumA = TWidth.Add(v1, v2), differenceA = TWidth.Subtract(v1, v2), sumB = TWidth.Add(v3, v4), differenceB = TWidth.Subtract(v3, v4);
        TVector product = TWidth.Broadcast(ProductOfSquares), sum = TWidth.Broadcast(-SumOfSquares);
        var d0 = TWidth.Multiply(product, v0);
        var d1 = TWidth.MultiplyAdd(
            TWidth.Broadcast(-A * B2), differenceA, TWidth.MultiplyAdd(TWidth.Broadcast(-B * A2), differenceB, TWidth.Multiply(product, v5)));
        var d2 = TWidth.MultiplyAdd(TWidth.Broadcast(-B2), sumA, TWidth.MultiplyAdd(TWidth.Broadcast(-A2), sumB, TWidth.Multiply(sum, v0)));
        var d3 = TWidth.MultiplyAdd(TWidth.Broadcast(A), differenceA, TWidth.MultiplyAdd(TWidth.Broadcast(B), differenceB, TWidth.Multiply(sum, v5)));
        var d4 = TWidth.Add(v0, TWidth.Add(sumA, sumB));
        if (add)
        {
            d0 = TWidth.Add(d0, TWidth.Load(to));
            d1 = TWidth.Add(d1, TWidth.Load(to + toStride));
            d2 = TWidth.Add(d2, TWidth.Load(to + 2 * toStride));
            d3 = TWidth.Add(d3, TWidth.Load(to + 3 * toStride));
            d4 = TWidth.Add(d4, TWidth.Load(to + 4 * toStride));
            v5 = TWidth.Add(v5, TWidth.Load(to + 5 * toStride));
        }

        TWidth.Store(to, d0);
        TWidth.Store(to + toStride, d1);
        TWidth.Store(to + 2 * toStride, d2);
        TWidth.Store(to + 3 * toStride, d3);
        TWidth.Store(to + 4 * toStride, d4);
        TWidth.Store(to + 5 * toStride, v5);
    }

    // G on three values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KernelLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector g0 = TWidth.Load(from), g1 = TWidth.Load(from + stride), g2 = TWidth.Load(from + 2 * stride);
        TWidth.Store(to, TWidth.Multiply(TWidth.Broadcast(InverseN0), g0));
        var even = TWidth.Multiply(TWidth.Broadcast(InverseNa), TWidth.MultiplyAdd(TWidth.Broadcast(A2), g2, g0));
        var odd = TWidth.Multiply(TWidth.Broadcast(A * InverseNa), g1);
        TWidth.Store(to + toStride, TWidth.Add(even, odd));
        TWidth.Store(to + 2 * toStride, TWidth.Subtract(even, odd));
        even = TWidth.Multiply(TWidth.Broadcast(InverseNb), TWidth.MultiplyAdd(TWidth.Broadcast(B2), g2, g0));
        odd = TWidth.Multiply(TWidth.Broadcast(B * InverseNb), g1);
        TWidth.Store(to + 3 * toStride, TWidth.Add(even, odd));
        TWidth.Store(to + 4 * toStride, TWidth.Subtract(even, odd));
        TWidth.Store(to + 5 * toStride, g2);
    }

    // Gᵀ on six values.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KernelGradientLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector u0 = TWidth.Load(from), u1 = TWidth.Load(from + stride), u2 = TWidth.Load(from + 2 * stride);
        TVector u3 = TWidth.Load(from + 3 * stride), u4 = TWidth.Load(from + 4 * stride), u5 = TWidth.Load(from + 5 * stride);
        var sumA = TWidth.Multiply(TWidth.Broadcast(InverseNa), TWidth.Add(u1, u2));
        var sumB = TWidth.Multiply(TWidth.Broadcast(InverseNb), TWidth.Add(u3, u4));
        var differenceA = TWidth.Multiply(TWidth.Broadcast(A * InverseNa), TWidth.Subtract(u1, u2));
        var differenceB = TWidth.Multiply(TWidth.Broadcast(B * InverseNb), TWidth.Subtract(u3, u4));
        TWidth.Store(to, TWidth.MultiplyAdd(TWidth.Broadcast(InverseN0), u0, TWidth.Add(sumA, sumB)));
        TWidth.Store(to + toStride, TWidth.Add(differenceA, differenceB));
        TWidth.Store(to + 2 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A2), sumA, TWidth.MultiplyAdd(TWidth.Broadcast(B2), sumB, u5)));
    }
}
