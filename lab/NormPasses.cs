using Weft.Kernels;

namespace Weft.Lab;

/// <summary>
/// The steps of batch norm, ReLU and pool as loops over images first … end − 1, in the order of memory, at any vector width. Channels are whole vectors; maps
/// are dense.
/// </summary>
internal static unsafe class NormPasses<TW, TV>
    where TW : IVectorWidth<TV>
    where TV : struct
{
    public static void AddSums(in FeatureMap z, int first, int end, float* center, float* sums)
    {
        for (float* p = z.Image(first), stop = z.Image(end); p < stop; p += z.Channels)
        {
            for (var c = 0; c < z.Channels; c += TW.Lanes)
                TW.Store(sums + c, TW.Add(TW.Load(sums + c), TW.Subtract(TW.Load(p + c), TW.Load(center + c))));
        }
    }

    public static void AddSquares(in FeatureMap z, int first, int end, float* center, float* squares)
    {
        for (float* p = z.Image(first), stop = z.Image(end); p < stop; p += z.Channels)
        {
            for (var c = 0; c < z.Channels; c += TW.Lanes)
            {
                var distance = TW.Subtract(TW.Load(p + c), TW.Load(center + c));
                TW.Store(squares + c, TW.MultiplyAdd(distance, distance, TW.Load(squares + c)));
            }
        }
    }

    public static void AddMoments(in FeatureMap z, int first, int end, float* center, float* sums, float* squares)
    {
        for (float* p = z.Image(first), stop = z.Image(end); p < stop; p += z.Channels)
        {
            for (var c = 0; c < z.Channels; c += TW.Lanes)
            {
                var distance = TW.Subtract(TW.Load(p + c), TW.Load(center + c));
                TW.Store(sums + c, TW.Add(TW.Load(sums + c), distance));
                TW.Store(squares + c, TW.MultiplyAdd(distance, distance, TW.Load(squares + c)));
            }
        }
    }

    public static void Norm(in FeatureMap z, in FeatureMap to, int first, int end, in NormCoefficients norm)
    {
        for (float* p = z.Image(first), o = to.Image(first), stop = z.Image(end); p < stop; p += z.Channels, o += z.Channels)
        {
            for (var c = 0; c < z.Channels; c += TW.Lanes)
                TW.Store(o + c, Normed(p + c, c, norm));
        }
    }

    public static void Rectify(in FeatureMap map, int first, int end)
    {
        var zero = TW.Broadcast(0);
        for (float* p = map.Image(first), stop = map.Image(end); p < stop; p += TW.Lanes)
            TW.Store(p, TW.Max(TW.Load(p), zero));
    }

    public static void NormRectify(in FeatureMap z, in FeatureMap to, int first, int end, in NormCoefficients norm)
    {
        var zero = TW.Broadcast(0);
        for (float* p = z.Image(first), o = to.Image(first), stop = z.Image(end); p < stop; p += z.Channels, o += z.Channels)
        {
            for (var c = 0; c < z.Channels; c += TW.Lanes)
                TW.Store(o + c, TW.Max(Normed(p + c, c, norm), zero));
        }
    }

    /// <summary>Of channels firstChannel … endChannel − 1.</summary>
    public static void Pool(in FeatureMap from, in FeatureMap to, int first, int end, int firstChannel, int endChannel)
    {
        for (var row = first * to.Height; row < end * to.Height; row++)
        {
            float* p = from.Origin + 2 * row * from.RowStride, o = to.Origin + row * to.RowStride;
            for (var x = 0; x < to.Width; x++, p += 2 * from.Channels, o += from.Channels)
            {
                float* right = p + from.Channels, below = p + from.RowStride, corner = below + from.Channels;
                for (var c = firstChannel; c < endChannel; c += TW.Lanes)
                    TW.Store(o + c, TW.Max(TW.Max(TW.Load(p + c), TW.Load(right + c)), TW.Max(TW.Load(below + c), TW.Load(corner + c))));
            }
        }
    }

    public static void NormRectifyPool(in FeatureMap z, in FeatureMap to, int first, int end, in NormCoefficients norm)
    {
        var zero = TW.Broadcast(0);
        for (var row = first * to.Height; row < end * to.Height; row++)
        {
            float* p = z.Origin + 2 * row * z.RowStride, o = to.Origin + row * to.RowStride;
            for (var x = 0; x < to.Width; x++, p += 2 * z.Channels, o += z.Channels)
            {
                float* right = p + z.Channels, below = p + z.RowStride, corner = below + z.Channels;
                for (var c = 0; c < z.Channels; c += TW.Lanes)
                {
                    var largest = TW.Max(TW.Max(Normed(p + c, c, norm), Normed(right + c, c, norm)),
                        TW.Max(Normed(below + c, c, norm), Normed(corner + c, c, norm)));
                    TW.Store(o + c, TW.Max(largest, zero));
                }
            }
        }
    }

    private static TV Normed(float* z, int c, in NormCoefficients norm) => TW.MultiplyAdd(TW.Load(norm.Scale + c), TW.Load(z), TW.Load(norm.Shift + c));
}
