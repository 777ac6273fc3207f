using System.Collections.Immutable;

namespace Weft;

/// <summary>What flows between two layers of a graph.</summary>
internal sealed class GraphValue(FeatureShape shape, GraphNode? producer)
{
    public FeatureShape Shape { get; } = shape;

    /// <summary>None for the network's input.</summary>
    public GraphNode? Producer { get; set; } = producer;

    public List<GraphNode> Consumers { get; } = [];
}

/// <summary>One layer of a description with its inputs, its output and its place ("inception3a.branch1.conv").</summary>
/// <param name="Tensors">Under their names in the whole network.</param>
internal sealed record GraphNode(Layer Layer, string Path, GraphValue[] Inputs, GraphValue Output, ImmutableArray<LayerTensor> Tensors)
{
    public GraphValue Input => Inputs[0];
}

/// <summary>A description as nodes in the order of computation, every shape inferred. Whatever can be wrong with a description is found here.</summary>
internal sealed class NetworkGraph
{
    /// <summary>Layers within layers, at most: deeper than any network, and shallower than any text that describes one may be nested.</summary>
    public const int MaximumNesting = 32;

    private readonly List<GraphNode> _nodes = [];
    private readonly HashSet<string> _paths = [];
    private int _nesting;

    private NetworkGraph() => Input = Output = new GraphValue(default, null);

    private NetworkGraph(NetworkDescription description)
    {
        var subject = $"Network \"{description.Name}\"";
        if (description.Input is not { Height: >= 1, Width: >= 1, Channels: >= 1 })
            throw new NetworkException(subject, "an input of positive height, width and channels", $"{description.Input}");
        Input = new GraphValue(description.Input, null);
        Output = Add(description.Body, Input, "");
        if (!Output.Shape.IsFlat)
            throw new NetworkException(subject, "flat logits at its end", $"{Output.Shape}", "End it with Linear, or with GlobalAveragePool");
        if (Output == Input)
            throw new NetworkException(subject, "a layer", "none");
    }

    public GraphValue Input { get; }

    public GraphValue Output { get; }

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>The tensors of all layers, in the description's order.</summary>
    public IEnumerable<LayerTensor> Tensors => _nodes.SelectMany(node => node.Tensors);

    /// <exception cref="NetworkException">The description does not fit together.</exception>
    public static NetworkGraph Build(NetworkDescription description) => new(description);

    /// <summary>The shape that a layer made of layers gives to an input.</summary>
    public static FeatureShape InferOutput(Layer layer, FeatureShape input, string path) =>
        new NetworkGraph().Add(layer, new GraphValue(input, null), path).Shape;

    /// <summary>A layer within another one, under its own name or, where it has none, under <paramref name="otherwise"/>.</summary>
    public GraphValue Add(Layer layer, GraphValue input, string parent, string otherwise) => Add(layer, input, Join(parent, layer?.Name ?? otherwise));

    public GraphValue Add(Layer? layer, GraphValue input, string path)
    {
        if (layer is null)
            throw new NetworkException($"\"{path}\"", "a layer", "none");
        if (_nesting == MaximumNesting)
            throw new NetworkException(layer, path, $"at most {MaximumNesting} layers around it", "more");
        _nesting++;
        var output = layer.AddTo(this, input, path);
        _nesting--;
        return output;
    }

    public GraphValue AddNode(Layer layer, string path, FeatureShape shape, params GraphValue[] inputs)
    {
        if (!_paths.Add(path))
            throw new NetworkException(layer, path, "a path of its own", "that of another layer", "Give one of them another name");
        if ((long)shape.Height * shape.Width * shape.Channels > int.MaxValue)
            throw new NetworkException(layer, path, "fewer than 2^31 values for a sample", $"{shape.Height}x{shape.Width}x{shape.Channels}");
        var output = new GraphValue(shape, null);
        var node = new GraphNode(
            layer, path, inputs, output, [.. layer.TensorsFor(inputs[0].Shape).Select(tensor => tensor with { Name = $"{path}.{tensor.Name}" })]);
        output.Producer = node;
        foreach (var input in inputs)
            input.Consumers.Add(node);
        _nodes.Add(node);
        return output;
    }

    // An empty name adds nothing.
    private static string Join(string path, string name) => path.Length == 0 || name.Length == 0 ? path + name : $"{path}.{name}";
}
