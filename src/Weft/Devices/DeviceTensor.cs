using System.Collections.Immutable;

namespace Weft;

/// <summary>
/// A named tensor where a device keeps it, read and written in PyTorch's <c>state_dict</c> layout. It dies with the network or the optimizer that has it.
/// </summary>
public abstract class DeviceTensor
{
    private protected DeviceTensor(string name, ImmutableArray<int> shape)
    {
        Name = name;
        Shape = shape;
        Length = TensorShape.Count(shape);
    }

    public string Name { get; }

    /// <summary>In PyTorch's order of dimensions.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public int Length { get; }

    /// <summary>Whether there is neither a NaN nor an infinity.</summary>
    public abstract bool IsFinite { get; }

    /// <exception cref="ArgumentException"><paramref name="destination"/> has not <see cref="Length"/> elements.</exception>
    public void CopyTo(Span<float> destination)
    {
        Require(destination.Length);
        Read(destination);
    }

    /// <summary>Replaces the values. A network that has the tensor computes with the new ones from its next pass on.</summary>
    /// <exception cref="ArgumentException"><paramref name="source"/> has not <see cref="Length"/> elements.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        Require(source.Length);
        Write(source);
    }

    /// <summary>A copy of its values.</summary>
    public float[] ToArray()
    {
        var values = new float[Length];
        Read(values);
        return values;
    }

    /// <summary>Its values at the moment they are asked for.</summary>
    public TensorSource ToSource(string prefix = "") => new(prefix + Name, Shape, CopyTo);

    private protected abstract void Read(Span<float> destination);

    private protected abstract void Write(ReadOnlySpan<float> source);

    private void Require(int length)
    {
        if (length != Length)
            throw new ArgumentException($"Tensor {Name} has {Length} elements but {length} were given.");
    }
}
