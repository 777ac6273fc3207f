using System.Collections.Immutable;
using Weft.Devices.Cpu;

namespace Weft;

/// <summary>A named tensor of a network's or an optimizer's state, read and written in PyTorch's <c>state_dict</c> layout.</summary>
public sealed unsafe class StateTensor
{
    private readonly TensorLayout _layout;
    private readonly float* _memory;
    private readonly Action? _changed;

    /// <param name="changed">Told of every <see cref="CopyFrom"/>.</param>
    internal StateTensor(string name, TensorLayout layout, float* memory, Action? changed = null)
    {
        _changed = changed;
        Name = name;
        _layout = layout;
        _memory = memory;
    }

    public string Name { get; }

    public ImmutableArray<int> Shape => _layout.Shape;

    public int Length => _layout.Length;

    /// <summary>Floats in memory, see <see cref="Parameter.Length"/>.</summary>
    internal int StorageLength => _layout.StorageLength;

    /// <summary>The elements in the engine's own order: for element-wise work only.</summary>
    internal Span<float> UnsafeSpan => new(_memory, StorageLength);

    /// <summary>A tensor of this one's shape over memory laid out like <see cref="UnsafeSpan"/>.</summary>
    internal StateTensor Over(string name, NativeBuffer memory) => new(name, _layout, memory.Pointer);

    /// <exception cref="ArgumentException"><paramref name="destination"/> has not <see cref="Length"/> elements.</exception>
    public void CopyTo(Span<float> destination)
    {
        Require(destination.Length);
        var row = _layout.FirstRow();
        for (var start = 0; start < destination.Length; start += row.Length)
        {
            var memory = _memory + _layout.EngineIndex(start);
            for (var i = 0; i < row.Length; i++)
                destination[start + i] = memory[row[i]];
        }
    }

    /// <exception cref="ArgumentException"><paramref name="source"/> has not <see cref="Length"/> elements.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        Require(source.Length);
        var row = _layout.FirstRow();
        for (var start = 0; start < source.Length; start += row.Length)
        {
            var memory = _memory + _layout.EngineIndex(start);
            for (var i = 0; i < row.Length; i++)
                memory[row[i]] = source[start + i];
        }

        _changed?.Invoke();
    }

    /// <summary>Its values at the moment they are asked for.</summary>
    public TensorSource ToSource(string prefix = "") => new(prefix + Name, Shape, CopyTo);

    /// <summary>Whether there is neither a NaN nor an infinity.</summary>
    public bool IsFinite
    {
        get
        {
            foreach (var value in UnsafeSpan)
            {
                if (!float.IsFinite(value))
                    return false;
            }

            return true;
        }
    }

    private void Require(int length)
    {
        if (length != Length)
            throw new ArgumentException($"Tensor {Name} has {Length} elements but {length} were given.");
    }
}
