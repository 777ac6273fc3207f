namespace Weft.Kernels;

/// <summary>
/// Winograd's minimal filtering F(4×4, 3×3) and F(2×2, 5×5) at the points 0, ±3/4, ±3/2 and ∞: Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, six values for four, or two,
/// outputs along each axis.
/// </summary>
/// <remarks>
/// Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, with other points: these have half the rounding error of the usual
/// 0, ±1, ±2 at the same number of operations, and all constants of A and B are exact in binary. With a = 3/4, b = 3/2:
/// row p of Bᵀ holds the coefficients of Π(x − q) over the other points q, row p of G is (1, p, p² …)/Π(p − q), column p of Aᵀ is (1, p, p² …), of the kernel's
/// and the tile's length: Bᵀ is the same for both. Here the outputs, G and Aᵀ are those of a 3×3 kernel, <see cref="WinogradAxis"/> has the others;
/// the point at infinity takes the leading coefficients. The two gradients use the transposed matrices (the adjoint of what the forward pass computes).
/// </remarks>
internal static class WinogradPoints
{
    public const int Inputs = 6;

    /// <summary>Outputs in each direction of a whole tile under a 3×3 kernel.</summary>
    public const int Outputs = 4;

    public const int Products = Inputs * Inputs;

    public const float A = 0.75f;
    public const float A2 = 0.5625f;
    public const float A3 = 0.421875f;
    public const float B = 1.5f;
    public const float B2 = 2.25f;
    public const float B3 = 3.375f;
    public const float SumOfSquares = 2.8125f;   // a² + b²
    public const float ProductOfSquares = 1.265625f; // a² b²

    public const double ExactInverseN0 = 64.0 / 81;    // 1/Π(0 − q) = 1/(a² b²)
    public const double ExactInverseNa = -128.0 / 243; // 1/(2a²(a² − b²))
    public const double ExactInverseNb = 32.0 / 243;   // 1/(2b²(b² − a²))
    public const float InverseN0 = (float)ExactInverseN0;
    public const float InverseNa = (float)ExactInverseNa;
    public const float InverseNb = (float)ExactInverseNb;
}
