using System.Collections.Immutable;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What a step of a foreign graph is, as far as it is understood.</summary>
internal enum StepKind
{
    /// <summary>The network's input, normalized by so much of the graph as has been read.</summary>
    Input,

    Layer,
    Add,
    Concat,
    Gate,

    // Parts of what becomes a layer together with what comes after them; where nothing comes, the network cannot be had.
    Scaled,
    Shifted,
    Product,
    Padded,
    Erf,
    Softplus,
    Tanh,
    Rows,
    NormalRows,
    NormalMap,
    Softmax,
    ArgMax,
}

/// <summary>A value that a foreign graph computes, and what computes it.</summary>
internal sealed class ImportedStep
{
    public ImportedStep(StepKind kind, OnnxWire.Node? node, FeatureShape shape, params ImmutableArray<ImportedStep> inputs)
    {
        (Kind, Node, Shape, Inputs) = (kind, node, shape, inputs);
        // What every way to this value passes last; two ways meet where both have come to the same value.
        Fork = inputs.IsEmpty ? null : inputs.Skip(1).Aggregate((ImportedStep?)inputs[0], Meet);
        Number = inputs.Select(input => input.Number + 1).DefaultIfEmpty().Max();
    }

    public StepKind Kind { get; }

    /// <summary>The operation of the file that gave it, for errors and names; null for the network's input.</summary>
    public OnnxWire.Node? Node { get; }

    public FeatureShape Shape { get; }

    public ImmutableArray<ImportedStep> Inputs { get; }

    public ImportedStep Input => Inputs[0];

    public ImportedStep? Fork { get; }

    public Layer? Layer { get; init; }

    /// <summary>Its weights, under their names in the layer.</summary>
    public ImmutableArray<NamedTensor> Tensors { get; init; } = [];

    /// <summary>The name that its weights have in the file, where they have one.</summary>
    public string? Name { get; init; }

    /// <summary>A number for each channel, or one for all.</summary>
    public double[] Numbers { get; init; } = [];

    public Padding2d Padding { get; init; }

    /// <summary>What an input's numbers are multiplied by, and what is then added to them.</summary>
    public (double[] Scale, double[] Shift) Affine { get; init; } = ([1], [0]);

    /// <summary>The values that an input's bytes stand for, where the file has a table of them.</summary>
    public float[]? Table { get; init; }

    // A value comes after those it is made of, so numbers fall along every way back.
    private int Number { get; }

    public bool Is(StepKind kind, double number) => Kind == kind && Numbers.All(value => Math.Abs(value - number) <= 1e-6 * Math.Abs(number));

    private static ImportedStep? Meet(ImportedStep? first, ImportedStep second)
    {
        ImportedStep? other = second;
        while (first != other)
        {
            if (first is null || other is null)
                return null;
            if (first.Number >= other.Number)
                first = first.Fork;
            else
                other = other.Fork;
        }

        return first;
    }
}

/// <summary>How a value of the file lies over what a step computes.</summary>
/// <param name="IsMap">Whether it has four dimensions; else two.</param>
/// <param name="IsChannelsLast">Whether the channels come after height and width.</param>
/// <param name="Pixels">The shape of a map that was flattened with its channels last: its features come in another order than PyTorch's.</param>
internal sealed record ImportedValue(ImportedStep Step, FeatureShape Shape, bool IsMap, bool IsChannelsLast = false, FeatureShape? Pixels = null)
{
    public ImportedValue With(ImportedStep step) => this with { Step = step, Shape = step.Shape };
}

/// <summary>Numbers that stand in the file, or that are known from shapes.</summary>
internal sealed record OnnxConstant(string Name, long[] Dims, float[]? Floats, long[]? Integers)
{
    /// <summary>Among whole numbers: the number of images, whatever it is.</summary>
    public const long Batch = long.MinValue;
}
