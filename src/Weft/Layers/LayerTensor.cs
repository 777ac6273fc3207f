using System.Collections.Immutable;

namespace Weft;

/// <summary>A tensor that a layer has: its name in the layer ("weight"), its shape in PyTorch's layout, and where it starts.</summary>
public sealed record LayerTensor(string Name, ParameterKind Kind, ImmutableArray<int> Shape, Initialization Initialization)
{
    /// <summary>Whether an optimizer updates it. A running statistic is saved with the weights and not trained.</summary>
    /// <value>Default: true.</value>
    public bool IsTrainable { get; init; } = true;

    /// <summary>The number of its elements.</summary>
    public int Length => TensorShape.Count(Shape);
}

/// <summary>Where a tensor starts: uniform in ±<see cref="Bound"/>, or constant.</summary>
/// <remarks>PyTorch's defaults, so that a network starts as its PyTorch twin does: weights and biases uniform in ±1/√(inputs of a sum).</remarks>
public readonly record struct Initialization(double Bound, float Constant)
{
    /// <summary>Draws each element uniformly from ±1/√inputs, as PyTorch's layers start.</summary>
    public static Initialization FanIn(int inputs) => new(1 / Math.Sqrt(inputs), 0);

    /// <summary>The same value everywhere.</summary>
    public static Initialization Fixed(float value) => new(0, value);

    internal float Draw(Rng stream, int index) => Bound == 0 ? Constant : (float)stream.Uniform(index, -Bound, Bound);
}
