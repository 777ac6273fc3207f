using System.Collections.Immutable;

namespace Weft;

internal static class TensorShape
{
    /// <summary>The number of elements: the product of all sizes, 1 for a scalar.</summary>
    /// <exception cref="OverflowException">There are more than an int counts.</exception>
    public static int Count(ImmutableArray<int> shape) => shape.Aggregate(1, (product, size) => checked(product * size));
}
