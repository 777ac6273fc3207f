using System.Runtime.CompilerServices;
using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>Outputs of a tile under a kernel of <see cref="Taps"/> rows and columns, fewer at the lower and the right edge.</summary>
internal readonly record struct TileSize(int Height, int Width, int Taps)
{
    /// <summary>Points along a column: as many as inputs.</summary>
    public int PointsY => Height + Taps - 1;

    public int PointsX => Width + Taps - 1;

    /// <summary>Whether the tile takes all six points along both axes.</summary>
    public bool IsWhole => PointsY == Inputs && PointsX == Inputs;
}

// The transforms of VectorKernels.Winograd for tiles of any size; see WinogradAxis. Products keep the places they have in a
// whole tile; those the tile does not use are neither written nor read.
internal abstract unsafe partial class VectorKernels
{
    /// <summary>V = Bᵀ d B of one tile: PointsY by PointsX pixels from <paramref name="d"/>.</summary>
    public abstract void TransformInput(TileSize size, float* d, nint rowStride, nint pixelStride, float* v, nint productStride, nint channels);

    /// <summary>Y = Aᵀ M A of one tile.</summary>
    public abstract void TransformOutput(TileSize size, float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels);

    /// <summary>dM = A dY Aᵀ of one tile.</summary>
    public abstract void TransformOutputGradient(TileSize size, float* dy, nint rowStride, nint pixelStride, float* dm, nint productStride, nint channels);

    /// <summary>d += B dV Bᵀ of one tile: PointsY by PointsX pixels of <paramref name="dd"/> are added to.</summary>
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
            for (nint x = 0; x < size.PointsX; x++)
                EdgeInputLine(size.PointsY, d + x * pixelStride + c, rowStride, columns + x * lanes, Inputs * lanes);
            foreach (nint y in WinogradAxis.Points(size.PointsY))
                EdgeInputLine(size.PointsX, columns + y * Inputs * lanes, lanes, v + y * Inputs * productStride + c, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformOutput(TileSize size, float* m, nint productStride, float* y, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Inputs * Outputs * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            foreach (nint x in WinogradAxis.Points(size.PointsX))
                EdgeOutputLine(size.Height, size.PointsY, m + x * productStride + c, Inputs * productStride, columns + x * lanes, Inputs * lanes);
            for (nint row = 0; row < size.Height; row++)
                EdgeOutputLine(size.Width, size.PointsX, columns + row * Inputs * lanes, lanes, y + row * rowStride + c, pixelStride);
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
                EdgeOutputGradientLine(size.Height, size.PointsY, dy + x * pixelStride + c, rowStride, columns + x * lanes, Outputs * lanes);
            foreach (nint y in WinogradAxis.Points(size.PointsY))
                EdgeOutputGradientLine(size.Width, size.PointsX, columns + y * Outputs * lanes, lanes, dm + y * Inputs * productStride + c, productStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformInputGradient(TileSize size, float* dv, nint productStride, float* dd, nint rowStride, nint pixelStride, nint channels)
    {
        nint lanes = TWidth.Lanes;
        var columns = stackalloc float[Products * TWidth.Lanes];
        for (nint c = 0; c < channels; c += lanes)
        {
            foreach (nint x in WinogradAxis.Points(size.PointsX))
                EdgeInputGradientLine(size.PointsY, dv + x * productStride + c, Inputs * productStride, columns + x * lanes, Inputs * lanes, add: false);
            for (nint y = 0; y < size.PointsY; y++)
                EdgeInputGradientLine(size.PointsX, columns + y * Inputs * lanes, lanes, dd + y * rowStride + c, pixelStride, add: true);
        }
    }

    // Bᵀ on as many values as points.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeInputLine(int points, float* from, nint stride, float* to, nint toStride)
    {
        if (points == Inputs)
            InputLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.InputMatrix(points), points, 1, WinogradAxis.Places(points), from,
                stride, WinogradAxis.Points(points), to, toStride, add: false);
    }

    // Aᵀ on the values of the tile's points.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeOutputLine(int outputs, int points, float* from, nint stride, float* to, nint toStride)
    {
        if (outputs == Outputs)
            OutputLine(from, stride, to, toStride);
        else if (points == Inputs)
            PairLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.OutputMatrix(outputs, points), points, 1, WinogradAxis.Points(points), from,
                stride, WinogradAxis.Places(outputs), to, toStride, add: false);
    }

    // A on the outputs' gradients.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeOutputGradientLine(int outputs, int points, float* from, nint stride, float* to, nint toStride)
    {
        if (outputs == Outputs)
            OutputGradientLine(from, stride, to, toStride);
        else if (points == Inputs)
            PairGradientLine(from, stride, to, toStride);
        else
            MatrixLine(WinogradAxis.OutputMatrix(outputs, points), 1, points, WinogradAxis.Places(outputs),
                from, stride, WinogradAxis.Points(points), to, toStride, add: false);
    }

    // B on the gradients of the tile's points.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EdgeInputGradientLine(int points, float* from, nint stride, float* to, nint toStride, bool add)
    {
        if (points == Inputs)
            InputGradientLine(from, stride, to, toStride, add);
        else
            MatrixLine(WinogradAxis.InputMatrix(points), 1, points, WinogradAxis.Points(points), from, stride, WinogradAxis.Places(points), to, toStride, add);
    }

    // Aᵀ on six values, for two outputs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PairLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector m1 = TWidth.Load(from + stride), m2 = TWidth.Load(from + 2 * stride), m3 = TWidth.Load(from + 3 * stride), m4 = TWidth.Load(from + 4 * stride);
        TWidth.Store(to, TWidth.Add(TWidth.Load(from), TWidth.Add(TWidth.Add(m1, m2), TWidth.Add(m3, m4))));
        var last = TWidth.MultiplyAdd(TWidth.Broadcast(B), TWidth.Subtract(m3, m4), TWidth.Load(from + 5 * stride));
        TWidth.Store(to + toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A), TWidth.Subtract(m1, m2), last));
    }

    // A on two values, for six points.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PairGradientLine(float* from, nint stride, float* to, nint toStride)
    {
        TVector y0 = TWidth.Load(from), y1 = TWidth.Load(from + stride);
        TWidth.Store(to, y0);
        TWidth.Store(to + toStride, TWidth.MultiplyAdd(TWidth.Broadcast(A), y1, y0));
        TWidth.Store(to + 2 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(-A), y1, y0));
        TWidth.Store(to + 3 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(B), y1, y0));
        TWidth.Store(to + 4 * toStride, TWidth.MultiplyAdd(TWidth.Broadcast(-B), y1, y0));
        TWidth.Store(to + 5 * toStride, y1);
    }

    // Element i of a matrix times a column, (+)= Σ(j) matrix[i · row + j · column] · element j; an element's place tells how many strides away it lies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MatrixLine(
        ReadOnlySpan<float> matrix, int row, int column, ReadOnlySpan<byte> places, float* from, nint stride,
        ReadOnlySpan<byte> toPlaces, float* to, nint toStride, bool add)
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
