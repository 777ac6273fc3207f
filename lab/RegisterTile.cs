using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weft.Lab;

/// <summary>
/// C[7, 32] (+)= A[7, terms] · B[terms, 32] with the 14 vectors of C in registers: each vector of B is loaded once for seven rows, each number of A once for 32
/// columns. Written for 512 bits; where these are two instructions the tile spills, and still computes the same.
/// </summary>
internal static unsafe class RegisterTile
{
    public const int Rows = 7;
    public const int Columns = 32;
    private const int Lanes = Columns / 2;

    /// <summary>Any number of rows: sevens first, then one by one.</summary>
    public static void Multiply(int rows, float* a, nint aRow, nint terms, float* b, nint bRow, float* c, nint cRow, bool accumulate)
    {
        var row = 0;
        for (; row + Rows <= rows; row += Rows)
            MultiplySeven(a + row * aRow, aRow, terms, b, bRow, c + row * cRow, cRow, accumulate);
        for (; row < rows; row++)
            MultiplyOne(a + row * aRow, terms, b, bRow, c + row * cRow, accumulate);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MultiplySeven(float* a, nint aRow, nint terms, float* b, nint bRow, float* c, nint cRow, bool accumulate)
    {
        Vector512<float> c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61;
        c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = c60 = c61 = default;
        float* a3 = a + 3 * aRow, a6 = a3 + 3 * aRow;
        for (nint p = 0; p < terms; p++, b += bRow)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + Lanes);
            AddProduct(a[p], b0, b1, ref c00, ref c01);
            AddProduct(a[p + aRow], b0, b1, ref c10, ref c11);
            AddProduct(a[p + 2 * aRow], b0, b1, ref c20, ref c21);
            AddProduct(a3[p], b0, b1, ref c30, ref c31);
            AddProduct(a3[p + aRow], b0, b1, ref c40, ref c41);
            AddProduct(a3[p + 2 * aRow], b0, b1, ref c50, ref c51);
            AddProduct(a6[p], b0, b1, ref c60, ref c61);
        }

        Store(c, c00, c01, accumulate);
        Store(c + cRow, c10, c11, accumulate);
        Store(c + 2 * cRow, c20, c21, accumulate);
        Store(c + 3 * cRow, c30, c31, accumulate);
        Store(c + 4 * cRow, c40, c41, accumulate);
        Store(c + 5 * cRow, c50, c51, accumulate);
        Store(c + 6 * cRow, c60, c61, accumulate);
    }

    private static void MultiplyOne(float* a, nint terms, float* b, nint bRow, float* c, bool accumulate)
    {
        Vector512<float> c0 = default, c1 = default;
        for (nint p = 0; p < terms; p++, b += bRow)
            AddProduct(a[p], Vector512.Load(b), Vector512.Load(b + Lanes), ref c0, ref c1);
        Store(c, c0, c1, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(float a, Vector512<float> b0, Vector512<float> b1, ref Vector512<float> c0, ref Vector512<float> c1)
    {
        var factor = Vector512.Create(a);
        c0 = Vector512.MultiplyAddEstimate(factor, b0, c0);
        c1 = Vector512.MultiplyAddEstimate(factor, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector512<float> c0, Vector512<float> c1, bool accumulate)
    {
        if (accumulate)
            (c0, c1) = (c0 + Vector512.Load(c), c1 + Vector512.Load(c + Lanes));
        c0.Store(c);
        c1.Store(c + Lanes);
    }
}
