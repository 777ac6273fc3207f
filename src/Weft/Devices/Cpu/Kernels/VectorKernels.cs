using System.Runtime.Intrinsics;

namespace Weft.Kernels;

/// <summary>
/// Vector loops over memory, one implementation for each vector width. No allocation, no threads, no options beyond the arguments.
/// The parts lie in VectorKernels.*.cs by topic.
/// </summary>
internal abstract unsafe partial class VectorKernels
{
    /// <summary>The widest kernels this processor accelerates.</summary>
    public static VectorKernels Best { get; } = For(
        Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : Vector128.IsHardwareAccelerated ? 4 : 1);

    public abstract int Lanes { get; }

    /// <summary>Columns of a packed panel: two vectors.</summary>
    public int PanelWidth => 2 * Lanes;

    /// <summary>Kernels of 16, 8, 4 or 1 lanes; slow but right where the processor lacks the width.</summary>
    public static VectorKernels For(int lanes) => lanes switch
    {
        16 => new VectorKernels<Width512, Vector512<float>>(),
        8 => new VectorKernels<Width256, Vector256<float>>(),
        4 => new VectorKernels<Width128, Vector128<float>>(),
        1 => new VectorKernels<Width32, float>(),
        _ => throw new ArgumentOutOfRangeException(nameof(lanes), lanes, "Lanes are 16, 8, 4 or 1."),
    };
}

/// <inheritdoc/>
internal sealed unsafe partial class VectorKernels<TWidth, TVector> : VectorKernels
    where TWidth : IVectorWidth<TVector>
    where TVector : struct
{
    public override int Lanes => TWidth.Lanes;
}
