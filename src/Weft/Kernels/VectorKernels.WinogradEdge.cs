using System.Runtime.CompilerServices;
using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>Outputs of a tile: four by four, less at the lower and the right edge.</summary>
internal readonly record struct TileSize(int Height, int Width);

// The transforms of VectorKernels.Winograd for tiles with less than four outputs along an axis; see WinogradAxis. Products keep the places they have in a
// whole tile; those the tile does not use are neither written nor read.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>V = Bᵀ d B of one tile: Height + 2 by Width + 2 pixels from <paramref name="d"/>.</summary>
    public abstract void TransformInput(TileSize size, float* d, nint rowStride, nint pixelStride, float* v, nint productStride, nint channels);

    /// <summary>Y = Aᵀ M A of one tile.</summary>
    public abstract void TransformOutput(TileSize size, float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels);

    /// <summary>dM = A dY Aᵀ of one tile.</summary>
    public abstract void TransformOutputGradient(TileSize size, float* dy, nint rowStride, nint pixelStride, float* dm, nint productStride, nint channels);

    /// <summary>d += B dV Bᵀ of one tile: Height + 2 by Width + 2 pixels of <paramref name="dd"/> are added to.</summary>
    public abstract void TransformInputGradient(TileSize size, float* dv, nint productStride, float* dd, nint rowStride, nint pixelStride, nint channels);
}

internal sealed unsafe partial class VectorKernels<TWidth, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInput(TileSize size, float* d, nint rowStride, nint pixelStride, float* v, nint productStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            for (nint x = 0; x < size.Width + 2; x++)
                EdgeInputLine(size.Height, d + x * pixelStride + c, rowStride, columns + x * lanes, Inputs * lanes);
            foreach (nint y in WinogradAxis.Points(size.Height))
                EdgeInputLine(size.Width, columns + y * Inputs * lanes, lanes, v + y * Inputs * productStride + c, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformOutput(TileSize size, float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Inputs * Outputs * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            foreach (nint x in WinogradAxis.Points(size.Width))
                EdgeOutputLine(size.Height, m + x * productStride + c, Inputs * productStride, columns + x * lanes, Inputs * lanes);
            for (nint row = 0; row < size.Height; row++)
                EdgeOutputLine(size.Width, columns + row * Inputs * lanes, lanes, y + row * rowStride + c, pixelStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformOutputGradient(TileSize size, float* dy, nint rowStride, nint pixelStride, float* dm, nint productStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Inputs * Outputs * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            for (nint x = 0; x < size.Width; x++)
                EdgeOutputGradientLine(size.Height, dy + x * pixelStride + c, rowStride, columns + x * lanes, Outputs * lanes);
            foreach (nint y in WinogradAxis.Points(size.Height))
                EdgeOutputGradientLine(size.Width, columns + y * Outputs * lanes, lanes, dm + y * Inputs * productStride + c, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInputGradient(TileSize size, float* dv, nint productStride, float* dd, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            foreach (nint x in WinogradAxis.Points(size.Width))
                EdgeInputGradientLine(size.Height, dv + x * productStride + c, Inputs * productStride, columns + x * lanes, Inputs * lanes, add: false);
            for (nint y = 0; y < size.Height + 2; y++)
                EdgeInputGradientLine(size.Width, columns + y * Inputs * lanes, lanes, dd + y * rowStride + c, pixelStride, add: true);
        }
    }

    // Bᵀ on outputs + 2 values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeInputLine(int outputs, float* from, nint stride, float* to, nint toStride)
    {
        var points = WinogradAxis.Points(outputs);
        if (outputs == Outputs)
            InputLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.InputMatrix(outputs), points.Length, 1, WinogradAxis.Places(points.Length), from, stride, points, to, toStride, add: false);
    }

    // Aᵀ on the values of the tile's points.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeOutputLine(int outputs, float* from, nint stride, float* to, nint toStride)
    {
        var points = WinogradAxis.Points(outputs);
        if (outputs == Outputs)
            OutputLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.OutputMatrix(outputs), points.Length, 1, points, from, stride, WinogradAxis.Places(outputs), to, toStride, add: false);
    }

    // A on the outputs' gradients.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeOutputGradientLine(int outputs, float* from, nint stride, float* to, nint toStride)
    {
        var points = WinogradAxis.Points(outputs);
        if (outputs == Outputs)
            OutputGradientLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.OutputMatrix(outputs), 1, points.Length, WinogradAxis.Places(outputs), from, stride, points, to, toStride, add: false);
    }

    // B on the gradients of the tile's points.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeInputGradientLine(int outputs, float* from, nint stride, float* to, nint toStride, bool add)
    {
        var points = WinogradAxis.Points(outputs);
        if (outputs == Outputs)
            InputGradientLine(from, stride, to, toStride, add);
        else
            MatrixLine(WinogradAxis.InputMatrix(outputs), 1, points.Length, points, from, stride, WinogradAxis.Places(points.Length), to, toStride, add);
    }

    // Element i of a matrix times a column, (+)= Σ(j) matrix[i · row + j · column] · element j; an element's place tells how many strides away it lies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MatrixLine(
        ReadOnlySpan<float> matrix, int row, int column, ReadOnlySpan<byte> places, float* from, nint stride, ReadOnlySpan<byte> toPlaces, float* to, nint toStride, bool add)
    {
        for (var i = 0; i < toPlaces.Length; i++)
        {
            var sum = TWidth.Multiply(TWidth.Broadcast(matrix[i * row]), TWidth.Load(from + places[0] * stride));
            for (var j = 1; j < places.Length; j++)
                sum = TWidth.MultiplyAdd(TWidth.Broadcast(matrix[i * row + j * column]), TWidth.Load(from + places[j] * stride), sum);
            var target = to + toPlaces[i] * toStride;
            TWidth.Store(target, add ? TWidth.Add(sum, TWidth.Load(target)) : sum);
        }
    }
}
