using System.Runtime.CompilerServices;

namespace Weft.Kernels;

internal abstract unsafe partial class VectorKernels
{
    /// <summary>y[i] = f(x[i]); x and y may be the same.</summary>
    public abstract void Activate(in ActivationFunction function, float* x, float* y, nint length);

    /// <summary>dx[i] = dy[i] · f'(x[i]), or added to what dx[i] holds; dx and dy may be the same.</summary>
    public abstract void ActivateGradient(in ActivationFunction function, float* x, float* dy, float* dx, nint length, bool accumulate);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    public override void Activate(in ActivationFunction function, float* x, float* y, nint length)
    {
        switch (function.Kind)
        {
            case ActivationKind.LeakyReLU: Activate<LeakyReLUActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.ELU: Activate<ELUActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.GELU: Activate<GELUActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.SiLU: Activate<SiLUActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.Mish: Activate<MishActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.ReLU6: Activate<ReLU6Activation>(function.Parameter, x, y, length); break;
            case ActivationKind.Sigmoid: Activate<SigmoidActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.HardSigmoid: Activate<HardSigmoidActivation>(function.Parameter, x, y, length); break;
            case ActivationKind.HardSwish: Activate<HardSwishActivation>(function.Parameter, x, y, length); break;
            default: throw new ArgumentOutOfRangeException(nameof(function), function.Kind, "There is no such activation.");
        }
    }

    public override void ActivateGradient(in ActivationFunction function, float* x, float* dy, float* dx, nint length, bool accumulate)
    {
        switch (function.Kind)
        {
            case ActivationKind.LeakyReLU: Gradient<LeakyReLUActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.ELU: Gradient<ELUActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.GELU: Gradient<GELUActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.SiLU: Gradient<SiLUActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.Mish: Gradient<MishActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.ReLU6: Gradient<ReLU6Activation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.Sigmoid: Gradient<SigmoidActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.HardSigmoid: Gradient<HardSigmoidActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            case ActivationKind.HardSwish: Gradient<HardSwishActivation>(function.Parameter, x, dy, dx, length, accumulate); break;
            default: throw new ArgumentOutOfRangeException(nameof(function), function.Kind, "There is no such activation.");
        }
    }

    private static void Activate<TActivation>(float parameter, float* x, float* y, nint length)
        where TActivation : struct, IActivation
    {
        var whole = length - length % TWidth.Lanes;
        ActivationLoops<TActivation, TWidth, TVector>.Apply(parameter, x, y, 0, whole);
        ActivationLoops<TActivation, Width32, float>.Apply(parameter, x, y, whole, length);
    }

    private static void Gradient<TActivation>(float parameter, float* x, float* dy, float* dx, nint length, bool accumulate)
        where TActivation : struct, IActivation
    {
        var whole = length - length % TWidth.Lanes;
        ActivationLoops<TActivation, TWidth, TVector>.Gradient(parameter, x, dy, dx, 0, whole, accumulate);
        ActivationLoops<TActivation, Width32, float>.Gradient(parameter, x, dy, dx, whole, length, accumulate);
    }
}

/// <summary>The one driver of all activations, over elements from … to − 1.</summary>
internal static unsafe class ActivationLoops<TActivation, TW, TV>
    where TActivation : struct, IActivation
    where TW : IVectorWidth<TV>
    where TV : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float number, float* x, float* y, nint from, nint to)
    {
        var parameter = TW.Broadcast(number);
        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(y + i, TActivation.Value<TW, TV>(TW.Load(x + i), parameter));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float number, float* x, float* dy, float* dx, nint from, nint to, bool accumulate)
    {
        var parameter = TW.Broadcast(number);
        if (accumulate)
        {
            for (var i = from; i < to; i += TW.Lanes)
                TW.Store(dx + i, TW.MultiplyAdd(TW.Load(dy + i), TActivation.Slope<TW, TV>(TW.Load(x + i), parameter), TW.Load(dx + i)));
            return;
        }

        for (var i = from; i < to; i += TW.Lanes)
            TW.Store(dx + i, TW.Multiply(TW.Load(dy + i), TActivation.Slope<TW, TV>(TW.Load(x + i), parameter)));
    }
}
