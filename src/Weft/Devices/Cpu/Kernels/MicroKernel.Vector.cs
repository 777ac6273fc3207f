using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Weft.Kernels;

/// <summary>
/// The one matrix kernel: C[i, j] (+)= Σ(segment, p) A[i, segment, p] · B[segment, p, j] for up to 14 rows i and two vectors of columns j.
/// </summary>
/// <remarks>
/// A is read where it lies: element (i, segment, p) is a[i · rowStride + segments[segment] + p · step], so the same loop multiplies rows of
/// samples, of Winograd tiles, of pixels under a sliding kernel (one segment per kernel row) and, with the strides swapped, transposed matrices.
/// B holds one row of <c>columns · lanes</c> floats per (segment, p), bStep apart. Each sum runs over segments and p in order, from zero: the result does
/// not depend on how rows were grouped. Counts are type arguments, so the JIT drops the rows and columns that are not there.
/// </remarks>
internal static unsafe class MicroKernel<TWidth, TVector>
    where TWidth : IVectorWidth<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TColumns>(in MatrixBlock block, float* a, float* b, float* c)
        where TRows : ICount
        where TColumns : ICount
    {
        var zero = TWidth.Broadcast(0);
        TVector c00 = zero, c01 = zero;
        TVector c10 = zero, c11 = zero;
        TVector c20 = zero, c21 = zero;
        TVector c30 = zero, c31 = zero;
        TVector c40 = zero, c41 = zero;
        TVector c50 = zero, c51 = zero;
        TVector c60 = zero, c61 = zero;
        TVector c70 = zero, c71 = zero;
        TVector c80 = zero, c81 = zero;
        TVector c90 = zero, c91 = zero;
        TVector c100 = zero, c101 = zero;
        TVector c110 = zero, c111 = zero;
        TVector c120 = zero, c121 = zero;
        TVector c130 = zero, c131 = zero;
        nint lanes = TWidth.Lanes, next = block.NextB, step = block.Step, bStep = block.BStep, count = block.Count;
        nint row = block.RowStride, row2 = 2 * row;
        for (var segment = 0; segment < block.SegmentCount; segment++)
        {
            var a0 = a + block.Segments[segment];
            float* a3 = a0 + 3 * row, a6 = a3 + 3 * row, a9 = a6 + 3 * row, a12 = a9 + 3 * row;
            for (nint p = 0; p < count; p++)
            {
                TVector s, b0 = TWidth.Load(b), b1 = zero;
                if (TColumns.Value > 1)
                    b1 = TWidth.Load(b + lanes);
                if (Sse.IsSupported)
                    Sse.Prefetch1(b + next);
                b += bStep;
                if (TRows.Value > 0)
                {
                    s = TWidth.Broadcast(a0[0]);
                    c00 = TWidth.MultiplyAdd(b0, s, c00);
                    if (TColumns.Value > 1)
                        c01 = TWidth.MultiplyAdd(b1, s, c01);
                }
                if (TRows.Value > 1)
                {
                    s = TWidth.Broadcast(a0[row]);
                    c10 = TWidth.MultiplyAdd(b0, s, c10);
                    if (TColumns.Value > 1)
                        c11 = TWidth.MultiplyAdd(b1, s, c11);
                }
                if (TRows.Value > 2)
                {
                    s = TWidth.Broadcast(a0[row2]);
                    c20 = TWidth.MultiplyAdd(b0, s, c20);
                    if (TColumns.Value > 1)
                        c21 = TWidth.MultiplyAdd(b1, s, c21);
                }
                if (TRows.Value > 3)
                {
                    s = TWidth.Broadcast(a3[0]);
                    c30 = TWidth.MultiplyAdd(b0, s, c30);
                    if (TColumns.Value > 1)
                        c31 = TWidth.MultiplyAdd(b1, s, c31);
                }
                if (TRows.Value > 4)
                {
                    s = TWidth.Broadcast(a3[row]);
                    c40 = TWidth.MultiplyAdd(b0, s, c40);
                    if (TColumns.Value > 1)
                        c41 = TWidth.MultiplyAdd(b1, s, c41);
                }
                if (TRows.Value > 5)
                {
                    s = TWidth.Broadcast(a3[row2]);
                    c50 = TWidth.MultiplyAdd(b0, s, c50);
                    if (TColumns.Value > 1)
                        c51 = TWidth.MultiplyAdd(b1, s, c51);
                }
                if (TRows.Value > 6)
                {
                    s = TWidth.Broadcast(a6[0]);
                    c60 = TWidth.MultiplyAdd(b0, s, c60);
                    if (TColumns.Value > 1)
                        c61 = TWidth.MultiplyAdd(b1, s, c61);
                }
                if (TRows.Value > 7)
                {
                    s = TWidth.Broadcast(a6[row]);
                    c70 = TWidth.MultiplyAdd(b0, s, c70);
                    if (TColumns.Value > 1)
                        c71 = TWidth.MultiplyAdd(b1, s, c71);
                }
                if (TRows.Value > 8)
                {
                    s = TWidth.Broadcast(a6[row2]);
                    c80 = TWidth.MultiplyAdd(b0, s, c80);
                    if (TColumns.Value > 1)
                        c81 = TWidth.MultiplyAdd(b1, s, c81);
                }
                if (TRows.Value > 9)
                {
                    s = TWidth.Broadcast(a9[0]);
                    c90 = TWidth.MultiplyAdd(b0, s, c90);
                    if (TColumns.Value > 1)
                        c91 = TWidth.MultiplyAdd(b1, s, c91);
                }
                if (TRows.Value > 10)
                {
                    s = TWidth.Broadcast(a9[row]);
                    c100 = TWidth.MultiplyAdd(b0, s, c100);
                    if (TColumns.Value > 1)
                        c101 = TWidth.MultiplyAdd(b1, s, c101);
                }
                if (TRows.Value > 11)
                {
                    s = TWidth.Broadcast(a9[row2]);
                    c110 = TWidth.MultiplyAdd(b0, s, c110);
                    if (TColumns.Value > 1)
                        c111 = TWidth.MultiplyAdd(b1, s, c111);
                }
                if (TRows.Value > 12)
                {
                    s = TWidth.Broadcast(a12[0]);
                    c120 = TWidth.MultiplyAdd(b0, s, c120);
                    if (TColumns.Value > 1)
                        c121 = TWidth.MultiplyAdd(b1, s, c121);
                }
                if (TRows.Value > 13)
                {
                    s = TWidth.Broadcast(a12[row]);
                    c130 = TWidth.MultiplyAdd(b0, s, c130);
                    if (TColumns.Value > 1)
                        c131 = TWidth.MultiplyAdd(b1, s, c131);
                }
                a0 += step;
                if (TRows.Value > 3)
                    a3 += step;
                if (TRows.Value > 6)
                    a6 += step;
                if (TRows.Value > 9)
                    a9 += step;
                if (TRows.Value > 12)
                    a12 += step;
            }
        }

        var cRow = block.CRow;
        if (block.Accumulate)
        {
            var d = c;
            if (TRows.Value > 0)
            {
                c00 = TWidth.Add(c00, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c01 = TWidth.Add(c01, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 1)
            {
                c10 = TWidth.Add(c10, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c11 = TWidth.Add(c11, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 2)
            {
                c20 = TWidth.Add(c20, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c21 = TWidth.Add(c21, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 3)
            {
                c30 = TWidth.Add(c30, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c31 = TWidth.Add(c31, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 4)
            {
                c40 = TWidth.Add(c40, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c41 = TWidth.Add(c41, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 5)
            {
                c50 = TWidth.Add(c50, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c51 = TWidth.Add(c51, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 6)
            {
                c60 = TWidth.Add(c60, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c61 = TWidth.Add(c61, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 7)
            {
                c70 = TWidth.Add(c70, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c71 = TWidth.Add(c71, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 8)
            {
                c80 = TWidth.Add(c80, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c81 = TWidth.Add(c81, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 9)
            {
                c90 = TWidth.Add(c90, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c91 = TWidth.Add(c91, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 10)
            {
                c100 = TWidth.Add(c100, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c101 = TWidth.Add(c101, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 11)
            {
                c110 = TWidth.Add(c110, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c111 = TWidth.Add(c111, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 12)
            {
                c120 = TWidth.Add(c120, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c121 = TWidth.Add(c121, TWidth.Load(d + lanes));
                d += cRow;
            }
            if (TRows.Value > 13)
            {
                c130 = TWidth.Add(c130, TWidth.Load(d));
                if (TColumns.Value > 1)
                    c131 = TWidth.Add(c131, TWidth.Load(d + lanes));
                d += cRow;
            }
        }

        if (TRows.Value > 0)
        {
            TWidth.Store(c, c00);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c01);
            c += cRow;
        }
        if (TRows.Value > 1)
        {
            TWidth.Store(c, c10);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c11);
            c += cRow;
        }
        if (TRows.Value > 2)
        {
            TWidth.Store(c, c20);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c21);
            c += cRow;
        }
        if (TRows.Value > 3)
        {
            TWidth.Store(c, c30);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c31);
            c += cRow;
        }
        if (TRows.Value > 4)
        {
            TWidth.Store(c, c40);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c41);
            c += cRow;
        }
        if (TRows.Value > 5)
        {
            TWidth.Store(c, c50);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c51);
            c += cRow;
        }
        if (TRows.Value > 6)
        {
            TWidth.Store(c, c60);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c61);
            c += cRow;
        }
        if (TRows.Value > 7)
        {
            TWidth.Store(c, c70);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c71);
            c += cRow;
        }
        if (TRows.Value > 8)
        {
            TWidth.Store(c, c80);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c81);
            c += cRow;
        }
        if (TRows.Value > 9)
        {
            TWidth.Store(c, c90);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c91);
            c += cRow;
        }
        if (TRows.Value > 10)
        {
            TWidth.Store(c, c100);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c101);
            c += cRow;
        }
        if (TRows.Value > 11)
        {
            TWidth.Store(c, c110);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c111);
            c += cRow;
        }
        if (TRows.Value > 12)
        {
            TWidth.Store(c, c120);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c121);
            c += cRow;
        }
        if (TRows.Value > 13)
        {
            TWidth.Store(c, c130);
            if (TColumns.Value > 1)
                TWidth.Store(c + lanes, c131);
            c += cRow;
        }
    }
}
