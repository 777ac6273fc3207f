using System.Collections.Immutable;

namespace Weft;

/// <summary>A tensor that is about to be written: its values are asked for when their turn comes, so that no copy of them waits in memory.</summary>
/// <param name="Name">In the file.</param>
/// <param name="Shape">In PyTorch's layout, as the values.</param>
/// <param name="CopyTo">Fills a span of as many floats as the shape has elements.</param>
public sealed record TensorSource(string Name, ImmutableArray<int> Shape, TensorSource.ValueCopy CopyTo)
{
    public delegate void ValueCopy(Span<float> destination);

    public int Length { get; } = TensorShape.Count(Shape);
}
