using System.Runtime.CompilerServices;

namespace Weft.Kernels;

/// <summary>A row of sums over taps, each a product of a pixel's channels with a weight for each channel; strides in floats.</summary>
internal unsafe struct DepthwiseRow
{
    /// <summary>From a sum's first pixel to that of each tap. Must outlive the call, as <see cref="Weights"/>.</summary>
    public nint* Offsets;

    /// <summary>Where each tap's weights begin.</summary>
    public nint* Weights;

    public int Taps;

    /// <summary>From one sum's pixels to the next one's.</summary>
    public nint XStep;

    /// <summary>From one sum to the next.</summary>
    public nint YStep;

    /// <summary>How many sums the row has.</summary>
    public int Count;

    /// <summary>y += instead of y =.</summary>
    public bool Accumulate;
}

/// <summary>Some rows of outputs over which the products of the weight gradient are summed; strides in floats.</summary>
internal unsafe struct DepthwiseBand
{
    /// <summary>The same offsets as in <see cref="DepthwiseRow.Offsets"/>.</summary>
    public nint* Offsets;

    public int Taps;

    public int Rows;

    public int Columns;

    public nint XRow;

    public nint XStep;

    public nint DyRow;

    public nint DyStep;
}

internal abstract unsafe partial class VectorKernels
{
    /// <summary>y[j, c] (+)= Σ over taps of x[offset + j · step + c] · weight[c], taps in order.</summary>
    public abstract void SumTaps(in DepthwiseRow row, float* x, float* weight, float* y, nint channels);

    /// <summary>dw[tap, c] += Σ over the band's pixels of x[offset of the tap + pixel + c] · dy[pixel + c].</summary>
    public abstract void AddTapProducts(in DepthwiseBand band, float* x, float* dy, float* dw, nint channels);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void SumTaps(in DepthwiseRow row, float* x, float* weight, float* y, nint channels)
    {
        nint lanes = TWidth.Lanes, c = 0;
        for (; c + 2 * lanes <= channels; c += 2 * lanes)
            DepthwiseLoops<TWidth, TVector>.Sum<Count2>(row, x + c, weight + c, y + c);
        for (; c + lanes <= channels; c += lanes)
            DepthwiseLoops<TWidth, TVector>.Sum<Count1>(row, x + c, weight + c, y + c);
        for (; c < channels; c++)
            DepthwiseLoops<Width32, float>.Sum<Count1>(row, x + c, weight + c, y + c);
    }

    public override void AddTapProducts(in DepthwiseBand band, float* x, float* dy, float* dw, nint channels)
    {
        nint lanes = TWidth.Lanes, c = 0;
        for (; c + 2 * lanes <= channels; c += 2 * lanes)
            DepthwiseLoops<TWidth, TVector>.AddProducts<Count2>(band, x + c, dy + c, dw + c, channels);
        for (; c + lanes <= channels; c += lanes)
            DepthwiseLoops<TWidth, TVector>.AddProducts<Count1>(band, x + c, dy + c, dw + c, channels);
        for (; c < channels; c++)
            DepthwiseLoops<Width32, float>.AddProducts<Count1>(band, x + c, dy + c, dw + c, channels);
    }
}

/// <summary>One or two vectors of channels; the sums of a few pixels, or of a few taps, stay in registers.</summary>
internal static unsafe class DepthwiseLoops<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    // With two columns that is 8 sums: as many as multiply-adds are under way at once.
    private const int Pixels = 4;

    private const int TapsTogether = 5;

    public static void Sum<TColumns>(in DepthwiseRow row, float* x, float* weight, float* y)
        where TColumns : ICount
    {
        var whole = row.Count - row.Count % Pixels;
        Sum<Count4, TColumns>(row, x, weight, y, 0, whole);
        switch (row.Count - whole)
        {
            case 1: Sum<Count1, TColumns>(row, x, weight, y, whole, row.Count); break;
            case 2: Sum<Count2, TColumns>(row, x, weight, y, whole, row.Count); break;
            case 3: Sum<Count3, TColumns>(row, x, weight, y, whole, row.Count); break;
        }
    }

    public static void AddProducts<TColumns>(in DepthwiseBand band, float* x, float* dy, float* dw, nint tapStride)
        where TColumns : ICount
    {
        for (var tap = 0; tap < band.Taps; tap += TapsTogether)
        {
            nint* offsets = band.Offsets + tap;
            var to = dw + tap * tapStride;
            switch (band.Taps - tap)
            {
                case 1: AddProducts<Count1, TColumns>(band, offsets, x, dy, to, tapStride); break;
                case 2: AddProducts<Count2, TColumns>(band, offsets, x, dy, to, tapStride); break;
                case 3: AddProducts<Count3, TColumns>(band, offsets, x, dy, to, tapStride); break;
                case 4: AddProducts<Count4, TColumns>(band, offsets, x, dy, to, tapStride); break;
                default: AddProducts<Count5, TColumns>(band, offsets, x, dy, to, tapStride); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TPixels, TColumns>(in DepthwiseRow row, float* x, float* weight, float* y, int from, int to)
        where TPixels : ICount
        where TColumns : ICount
    {
        var zero = TW.Broadcast(0);
        nint lanes = TW.Lanes, step = row.XStep, taps = row.Taps;
        nint* offsets = row.Offsets, weights = row.Weights;
        x += from * step;
        y += from * row.YStep;
        for (var pixel = from; pixel < to; pixel += TPixels.Value, x += TPixels.Value * step, y += TPixels.Value * row.YStep)
        {
            TV s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
            for (nint tap = 0; tap < taps; tap++)
            {
                float* p = x + offsets[tap], w = weight + weights[tap];
                TV w0 = TW.Load(w), w1 = TColumns.Value > 1 ? TW.Load(w + lanes) : zero;
                s00 = TW.MultiplyAdd(TW.Load(p), w0, s00);
                if (TColumns.Value > 1)
                    s01 = TW.MultiplyAdd(TW.Load(p + lanes), w1, s01);
                if (TPixels.Value > 1)
                {
                    s10 = TW.MultiplyAdd(TW.Load(p + step), w0, s10);
                    if (TColumns.Value > 1)
                        s11 = TW.MultiplyAdd(TW.Load(p + step + lanes), w1, s11);
                }

                if (TPixels.Value > 2)
                {
                    s20 = TW.MultiplyAdd(TW.Load(p + 2 * step), w0, s20);
                    if (TColumns.Value > 1)
                        s21 = TW.MultiplyAdd(TW.Load(p + 2 * step + lanes), w1, s21);
                }

                if (TPixels.Value > 3)
                {
                    s30 = TW.MultiplyAdd(TW.Load(p + 3 * step), w0, s30);
                    if (TColumns.Value > 1)
                        s31 = TW.MultiplyAdd(TW.Load(p + 3 * step + lanes), w1, s31);
                }
            }

            Put<TColumns>(row, y, s00, s01);
            if (TPixels.Value > 1)
                Put<TColumns>(row, y + row.YStep, s10, s11);
            if (TPixels.Value > 2)
                Put<TColumns>(row, y + 2 * row.YStep, s20, s21);
            if (TPixels.Value > 3)
                Put<TColumns>(row, y + 3 * row.YStep, s30, s31);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TColumns>(in DepthwiseRow row, float* y, TV first, TV second)
        where TColumns : ICount
    {
        TW.Store(y, row.Accumulate ? TW.Add(TW.Load(y), first) : first);
        if (TColumns.Value > 1)
            TW.Store(y + TW.Lanes, row.Accumulate ? TW.Add(TW.Load(y + TW.Lanes), second) : second);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts<TTaps, TColumns>(in DepthwiseBand band, nint* offsets, float* x, float* dy, float* dw, nint tapStride)
        where TTaps : ICount
        where TColumns : ICount
    {
        var zero = TW.Broadcast(0);
        nint lanes = TW.Lanes, xStep = band.XStep, dyStep = band.DyStep, columns = band.Columns;
        nint o0 = offsets[0], o1 = TTaps.Value > 1 ? offsets[1] : 0, o2 = TTaps.Value > 2 ? offsets[2] : 0;
        nint o3 = TTaps.Value > 3 ? offsets[3] : 0, o4 = TTaps.Value > 4 ? offsets[4] : 0;
        TV s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero, s40 = zero, s41 = zero;
        for (nint row = 0; row < band.Rows; row++)
        {
            float* p = x + row * band.XRow, d = dy + row * band.DyRow;
            for (nint column = 0; column < columns; column++, p += xStep, d += dyStep)
            {
                TV d0 = TW.Load(d), d1 = TColumns.Value > 1 ? TW.Load(d + lanes) : zero;
                s00 = TW.MultiplyAdd(TW.Load(p + o0), d0, s00);
                if (TColumns.Value > 1)
                    s01 = TW.MultiplyAdd(TW.Load(p + o0 + lanes), d1, s01);
                if (TTaps.Value > 1)
                {
                    s10 = TW.MultiplyAdd(TW.Load(p + o1), d0, s10);
                    if (TColumns.Value > 1)
                        s11 = TW.MultiplyAdd(TW.Load(p + o1 + lanes), d1, s11);
                }

                if (TTaps.Value > 2)
                {
                    s20 = TW.MultiplyAdd(TW.Load(p + o2), d0, s20);
                    if (TColumns.Value > 1)
                        s21 = TW.MultiplyAdd(TW.Load(p + o2 + lanes), d1, s21);
                }

                if (TTaps.Value > 3)
                {
                    s30 = TW.MultiplyAdd(TW.Load(p + o3), d0, s30);
                    if (TColumns.Value > 1)
                        s31 = TW.MultiplyAdd(TW.Load(p + o3 + lanes), d1, s31);
                }

                if (TTaps.Value > 4)
                {
                    s40 = TW.MultiplyAdd(TW.Load(p + o4), d0, s40);
                    if (TColumns.Value > 1)
                        s41 = TW.MultiplyAdd(TW.Load(p + o4 + lanes), d1, s41);
                }
            }
        }

        AddTo<TColumns>(dw, s00, s01);
        if (TTaps.Value > 1)
            AddTo<TColumns>(dw + tapStride, s10, s11);
        if (TTaps.Value > 2)
            AddTo<TColumns>(dw + 2 * tapStride, s20, s21);
        if (TTaps.Value > 3)
            AddTo<TColumns>(dw + 3 * tapStride, s30, s31);
        if (TTaps.Value > 4)
            AddTo<TColumns>(dw + 4 * tapStride, s40, s41);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TColumns>(float* sum, TV first, TV second)
        where TColumns : ICount
    {
        TW.Store(sum, TW.Add(TW.Load(sum), first));
        if (TColumns.Value > 1)
            TW.Store(sum + TW.Lanes, TW.Add(TW.Load(sum + TW.Lanes), second));
    }
}
