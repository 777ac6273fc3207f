namespace Weft.Training;

/// <summary>Sobol's sequence in base 2, in the order of Gray's code.</summary>
/// <remarks>Sobol', "On the distribution of points in a cube and the approximate evaluation of integrals", 1967; Antonov and Saleev, 1979; direction numbers of
/// Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections", 2008 (new-joe-kuo-6.21201).</remarks>
internal static class SobolSequence
{
    private const int Bits = 32;

    // For each dimension from the second on: a primitive polynomial, its coefficients as bits, and the first direction numbers.
    private static readonly int[][] Initial =
    [
        [3, 1], [7, 1, 3], [11, 1, 3, 1], [13, 1, 1, 1], [19, 1, 1, 3, 3], [25, 1, 3, 5, 13], [37, 1, 1, 5, 5, 17], [41, 1, 1, 5, 5, 5],
        [47, 1, 1, 7, 11, 19], [55, 1, 1, 5, 1, 1], [59, 1, 1, 1, 3, 11], [61, 1, 3, 5, 5, 31], [67, 1, 3, 3, 9, 7, 49], [91, 1, 1, 1, 15, 21, 21],
        [97, 1, 3, 1, 13, 27, 49], [103, 1, 1, 1, 15, 7, 5], [109, 1, 3, 1, 15, 13, 25], [115, 1, 1, 5, 5, 19, 61], [131, 1, 3, 7, 11, 23, 15, 103],
        [137, 1, 3, 7, 13, 13, 15, 69], [143, 1, 1, 3, 13, 7, 35, 63], [145, 1, 3, 5, 9, 1, 25, 53], [157, 1, 3, 1, 13, 9, 35, 107],
        [167, 1, 3, 1, 5, 27, 61, 31], [171, 1, 1, 5, 11, 19, 41, 61], [185, 1, 3, 5, 3, 3, 13, 69], [191, 1, 1, 7, 13, 1, 19, 1],
        [193, 1, 3, 7, 5, 13, 19, 59], [203, 1, 1, 3, 9, 25, 29, 41], [211, 1, 3, 5, 13, 23, 1, 55], [213, 1, 3, 7, 3, 13, 59, 17],
        [229, 1, 3, 1, 3, 5, 53, 69], [239, 1, 1, 5, 5, 23, 33, 13], [241, 1, 1, 7, 7, 1, 61, 123], [247, 1, 1, 7, 9, 13, 61, 49],
        [253, 1, 3, 3, 5, 3, 55, 33], [285, 1, 3, 1, 15, 31, 13, 49, 245], [299, 1, 3, 5, 15, 31, 59, 63, 97], [301, 1, 3, 1, 11, 11, 11, 77, 249],
    ];

    private static readonly uint[][] Directions = [.. Enumerable.Range(0, Initial.Length + 1).Select(DirectionsOf)];

    /// <summary>How many coordinates of a point are Sobol's; further ones are random numbers.</summary>
    public static int Dimensions => Directions.Length;

    /// <summary>A coordinate of a point as 32 binary digits behind the point.</summary>
    public static uint Digits(uint index, int dimension)
    {
        var (gray, digits) = (index ^ (index >> 1), 0u);
        for (var bit = 0; gray != 0; bit++, gray >>= 1)
        {
            if ((gray & 1) != 0)
                digits ^= Directions[dimension][bit];
        }

        return digits;
    }

    /// <summary>A point with a digital shift: every coordinate's digits xor 53 random ones of its dimension.</summary>
    /// <returns>Coordinates in [0, 1).</returns>
    public static double[] Shifted(long index, int dimensions, Rng rng)
    {
        var point = new double[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            var own = rng.Derive(i);
            point[i] = i < Dimensions ? ((((ulong)Digits((uint)index, i) << 21) ^ (own.UInt64(0) >> 11)) * (1.0 / (1UL << 53))) : own.Double(index);
        }

        return point;
    }

    private static uint[] DirectionsOf(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0)
        {
            for (var bit = 0; bit < Bits; bit++)
                directions[bit] = 1u << (Bits - 1 - bit);
            return directions;
        }

        var initial = Initial[dimension - 1];
        var (polynomial, degree) = (initial[0], initial.Length - 1);
        for (var bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                directions[bit] = (uint)initial[bit + 1] << (Bits - 1 - bit);
                continue;
            }

            directions[bit] = directions[bit - degree] ^ (directions[bit - degree] >> degree);
            for (var k = 1; k < degree; k++)
            {
                if (((polynomial >> (degree - k)) & 1) != 0)
                    directions[bit] ^= directions[bit - k];
            }
        }

        return directions;
    }
}
