using System.Runtime.CompilerServices;

namespace Weft.Kernels;

// Lengths are arbitrary here: whole vectors first, then the same body one float at a time.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>x[i] = max(x[i], 0).</summary>
    public abstract void ReLU(float* x, nint length);

    /// <summary>dx[i] = y[i] &gt; 0 ? dx[i] : 0.</summary>
    public abstract void ReLUGradient(float* y, float* dx, nint length);

    /// <summary>Adds element by element: y[i] += x[i].</summary>
    public abstract void Add(float* x, float* y, nint length);

    /// <summary>y[i] = a[i] · b[i], or added to what y[i] holds.</summary>
    public abstract void Multiply(float* a, float* b, float* y, nint length, bool accumulate);

    /// <summary>Copies element by element: y[i] = x[i].</summary>
    public static void Copy(float* x, float* y, nint length) => Buffer.MemoryCopy(x, y, length * sizeof(float), length * sizeof(float));
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void ReLU(float* x, nint length)
    {
        var whole = length - length % TWidth.Lanes;
        ReLU<TWidth, TVector>(x, 0, whole);
        ReLU<Width32, float>(x, whole, length);
    }

    public override void ReLUGradient(float* y, float* dx, nint length)
    {
        var whole = length - length % TWidth.Lanes;
        ReLUGradient<TWidth, TVector>(y, dx, 0, whole);
        ReLUGradient<Width32, float>(y, dx, whole, length);
    }

    public override void Add(float* x, float* y, nint length)
    {
        var whole = length - length % TWidth.Lanes;
        Add<TWidth, TVector>(x, y, 0, whole);
        Add<Width32, float>(x, y, whole, length);
    }

    public override void Multiply(float* a, float* b, float* y, nint length, bool accumulate)
    {
        var whole = length - length % TWidth.Lanes;
        Multiply<TWidth, TVector>(a, b, y, 0, whole, accumulate);
        Multiply<Width32, float>(a, b, y, whole, length, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TW, TV>(float* a, float* b, float* y, nint from, nint to, bool accumulate)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        if (accumulate)
        {
            for (var i = from; i < to; i += TW.Lanes)
                TW.Store(y + i, TW.MultiplyAdd(TW.Load(a + i), TW.Load(b + i), TW.Load(y + i)));
            return;
        }

        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(y + i, TW.Multiply(TW.Load(a + i), TW.Load(b + i)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReLU<TW, TV>(float* x, nint from, nint to)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        var zero = TW.Broadcast(0);
        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(x + i, TW.Max(TW.Load(x + i), zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReLUGradient<TW, TV>(float* y, float* dx, nint from, nint to)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        var zero = TW.Broadcast(0);
        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(dx + i, TW.SelectGreater(TW.Load(y + i), zero, TW.Load(dx + i), zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TW, TV>(float* x, float* y, nint from, nint to)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(y + i, TW.Add(TW.Load(x + i), TW.Load(y + i)));
    }
}
