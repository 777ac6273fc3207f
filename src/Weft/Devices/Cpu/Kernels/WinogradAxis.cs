namespace Weft.Kernels;

/// <summary>
/// One axis of a tile. A whole tile takes all six points, for four outputs of a 3×3 kernel or two of a 5×5 one; where the image's size is no multiple of that,
/// the last tile has the rest and takes only as many points as it has outputs and further taps, so that nothing is computed beyond the edge.
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
    private static ReadOnlySpan<byte> Points3 => [0, 1, 5];

    private static ReadOnlySpan<byte> Points4 => [0, 1, 2, 5];

    private static ReadOnlySpan<byte> Points5 => [0, 1, 2, 3, 5];

    private static ReadOnlySpan<byte> Points6 => [0, 1, 2, 3, 4, 5];

    private static ReadOnlySpan<float> Input3 =>
    [
        A2B2, -A * B2, 0,
        0, 2 * A * (A2 - B2), 0,
        0, -A, 1,
    ];

    private static ReadOnlySpan<float> Input4 =>
    [
        A2B2, 0, -B2, 0,
        0, A * (A2 - B2), A2 - B2, 0,
        0, -A * (A2 - B2), A2 - B2, 0,
        0, -A2, 0, 1,
    ];

    private static ReadOnlySpan<float> Input5 =>
    [
        A2B2, -A2 * B, -B2, B, 0,
        0, -A * B * (A + B), A2 - B2, A + B, 0,
        0, A * B * (B - A), A2 - B2, B - A, 0,
        0, -2 * B * A2, 0, 2 * B, 0,
        0, A2 * B, -A2, -B, 1,
    ];

    private static ReadOnlySpan<float> Output1Of3 => [1, 1, 1];

    private static ReadOnlySpan<float> Output2Of4 =>
    [
        1, 1, 1, 0,
        0, A, -A, 1,
    ];

    private static ReadOnlySpan<float> Output3Of5 =>
    [
        1, 1, 1, 1, 0,
        0, A, -A, B, 0,
        0, A2, A2, B2, 1,
    ];

    private static ReadOnlySpan<float> Output1Of5 => [1, 1, 1, 1, 1];

    private static ReadOnlySpan<float> Output2Of6 =>
    [
        1, 1, 1, 1, 1, 0,
        0, A, -A, B, -B, 1,
    ];

    // The powers of a and b are exact: each product is rounded once.
    private const double Na = WinogradPoints.ExactInverseNa, Nb = WinogradPoints.ExactInverseNb;
    private const float Na1 = (float)(A * Na), Na2 = (float)(A2 * Na), Na3 = (float)(WinogradPoints.A3 * Na), Na4 = (float)(A2 * A2 * Na);
    private const float Nb1 = (float)(B * Nb), Nb2 = (float)(B2 * Nb), Nb3 = (float)(WinogradPoints.B3 * Nb), Nb4 = (float)(B2 * B2 * Nb);

    /// <summary>G of a 5×5 kernel, [6, 5].</summary>
    public static ReadOnlySpan<float> Kernel5 =>
    [
        WinogradPoints.InverseN0, 0, 0, 0, 0,
        WinogradPoints.InverseNa, Na1, Na2, Na3, Na4,
        WinogradPoints.InverseNa, -Na1, Na2, -Na3, Na4,
        WinogradPoints.InverseNb, Nb1, Nb2, Nb3, Nb4,
        WinogradPoints.InverseNb, -Nb1, Nb2, -Nb3, Nb4,
        0, 0, 0, 0, 1,
    ];

    /// <summary>The points a tile is evaluated at that takes <paramref name="count"/> of them.</summary>
    public static ReadOnlySpan<byte> Points(int count) => count switch { 3 => Points3, 4 => Points4, 5 => Points5, _ => Points6 };

    /// <summary>0 … <paramref name="count"/> − 1: the places of values that lie one after the other.</summary>
    public static ReadOnlySpan<byte> Places(int count) => Points6[..count];

    /// <summary>Bᵀ, [points, points], of a tile of less than six points.</summary>
    public static ReadOnlySpan<float> InputMatrix(int points) => points switch { 3 => Input3, 4 => Input4, _ => Input5 };

    /// <summary>Aᵀ, [outputs, points], of a tile of less than four outputs.</summary>
    public static ReadOnlySpan<float> OutputMatrix(int outputs, int points) => (outputs, points) switch
    {
        (1, 3) => Output1Of3,
        (2, 4) => Output2Of4,
        (3, 5) => Output3Of5,
        (1, 5) => Output1Of5,
        _ => Output2Of6,
    };
}
