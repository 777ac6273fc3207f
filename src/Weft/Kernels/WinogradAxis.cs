namespace Weft.Kernels;

/// <summary>
/// One axis of a tile of m = 1 … 4 outputs. A whole tile has four; where the image's size is no multiple of four, the last tile has the rest and takes
/// only m + 2 of the six points, so that nothing is computed beyond the edge.
/// </summary>
/// <remarks>
/// The points of the shorter tiles are some of the longer ones', so one transformed kernel serves all: it carries the factor 1/Π(p − q) over all other
/// finite points q of the whole tile, and what a shorter tile has to divide by less stands in its matrix Bᵀ: row p holds the coefficients of
/// Π(x − q) over the other points q of the short tile times Π(p − q) over those that it leaves out; the point at infinity has no such factor.
/// </remarks>
internal static class WinogradAxis
{
    private const float A = WinogradPoints.A, A2 = WinogradPoints.A2, B = WinogradPoints.B, B2 = WinogradPoints.B2;
    private const float A2B2 = WinogradPoints.ProductOfSquares;

    // 0, 3/4, −3/4, 3/2, −3/2 and ∞ are points 0 to 5.
    private static ReadOnlySpan<byte> Points1 => [0, 1, 5];

    private static ReadOnlySpan<byte> Points2 => [0, 1, 2, 5];

    private static ReadOnlySpan<byte> Points3 => [0, 1, 2, 3, 5];

    private static ReadOnlySpan<byte> Points4 => [0, 1, 2, 3, 4, 5];

    private static ReadOnlySpan<float> Input1 =>
    [
        A2B2, -A * B2, 0,
        0, 2 * A * (A2 - B2), 0,
        0, -A, 1,
    ];

    private static ReadOnlySpan<float> Input2 =>
    [
        A2B2, 0, -B2, 0,
        0, A * (A2 - B2), A2 - B2, 0,
        0, -A * (A2 - B2), A2 - B2, 0,
        0, -A2, 0, 1,
    ];

    private static ReadOnlySpan<float> Input3 =>
    [
        A2B2, -A2 * B, -B2, B, 0,
        0, -A * B * (A + B), A2 - B2, A + B, 0,
        0, A * B * (B - A), A2 - B2, B - A, 0,
        0, -2 * B * A2, 0, 2 * B, 0,
        0, A2 * B, -A2, -B, 1,
    ];

    private static ReadOnlySpan<float> Output1 => [1, 1, 1];

    private static ReadOnlySpan<float> Output2 =>
    [
        1, 1, 1, 0,
        0, A, -A, 1,
    ];

    private static ReadOnlySpan<float> Output3 =>
    [
        1, 1, 1, 1, 0,
        0, A, -A, B, 0,
        0, A2, A2, B2, 1,
    ];

    /// <summary>The points a tile of this many outputs is evaluated at.</summary>
    public static ReadOnlySpan<byte> Points(int outputs) => outputs switch { 1 => Points1, 2 => Points2, 3 => Points3, _ => Points4 };

    /// <summary>0 … <paramref name="count"/> − 1: the places of values that lie one after the other.</summary>
    public static ReadOnlySpan<byte> Places(int count) => Points4[..count];

    /// <summary>Whether a tile of <paramref name="outputs"/> along an axis is evaluated at the point.</summary>
    public static bool Uses(int outputs, int point) => Points(outputs).Contains((byte)point);

    /// <summary>Bᵀ, [outputs + 2, outputs + 2], of a tile of less than four outputs.</summary>
    public static ReadOnlySpan<float> InputMatrix(int outputs) => outputs switch { 1 => Input1, 2 => Input2, _ => Input3 };

    /// <summary>Aᵀ, [outputs, outputs + 2], of a tile of less than four outputs.</summary>
    public static ReadOnlySpan<float> OutputMatrix(int outputs) => outputs switch { 1 => Output1, 2 => Output2, _ => Output3 };
}
