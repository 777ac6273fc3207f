using System.Collections.Immutable;

namespace Weft;

/// <summary>A tensor's values outside of any network, in PyTorch's layout.</summary>
public sealed class NamedTensor
{
    private readonly float[] _values;

    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public NamedTensor(string name, ImmutableArray<int> shape, float[] values)
    {
        var length = shape.Aggregate(1L, (product, size) => checked(product * size));
        if (length != values.Length)
            throw new ArgumentException($"Tensor {name} of shape [{string.Join(", ", shape)}] needs {length} values but {values.Length} were given.");
        Name = name;
        Shape = shape;
        _values = values;
    }

    public string Name { get; }

    public ImmutableArray<int> Shape { get; }

    public ReadOnlySpan<float> Values => _values;

    /// <summary>The same values under another name; nothing is copied.</summary>
    public NamedTensor Renamed(string name) => new(name, Shape, _values);

    public TensorSource ToSource(string prefix = "") => new(prefix + Name, Shape, destination => _values.CopyTo(destination));
}
