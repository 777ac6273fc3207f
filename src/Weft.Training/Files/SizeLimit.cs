namespace Weft.Training;

/// <summary>Sizes that come out of a file's header: multiplied without wrapping, and compared with a limit before any memory is taken.</summary>
internal static class SizeLimit
{
    /// <summary>The product of the sizes.</summary>
    /// <param name="limit">The largest product that is allowed, at most <see cref="Array.MaxLength"/>.</param>
    /// <returns>Null when a size is negative or the product is larger than the limit.</returns>
    public static int? Product(long limit, params ReadOnlySpan<long> sizes)
    {
        UInt128 product = 1;
        var isNothing = false;
        foreach (var size in sizes)
        {
            if (size < 0)
                return null;
            isNothing |= size == 0;
            product = product > ulong.MaxValue ? product : product * (ulong)size; // 2^64 · 2^63 fits; once it is too large it stays so
        }

        return isNothing ? 0 : product <= (UInt128)Math.Min(limit, Array.MaxLength) ? (int)product : null;
    }
}
