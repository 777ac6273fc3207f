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
internal sealed record GraphNode(Layer Layer, string Path, GraphValue[] Inputs, GraphValue Output)
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

    private NetworkGraph(NetworkDescription description)
    {
        if (description.Input is not { Height: >= 1, Width: >= 1, Channels: >= 1 })
            throw new NetworkException($"Network \"{description.Name}\" expects an input of positive height, width and channels, but has {description.Input}.");
        Input = new GraphValue(description.Input, null);
        Output = Add(description.Body, Input, "");
        if (!Output.Shape.IsFlat)
            throw new NetworkException($"Network \"{description.Name}\" ends in {Output.Shape}, but logits are flat. End it with Linear, or with GlobalAveragePool.");
        if (Output == Input)
            throw new NetworkException($"Network \"{description.Name}\" has no layers.");
    }

    public GraphValue Input { get; }

    public GraphValue Output { get; }

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <exception cref="NetworkException">The description does not fit together.</exception>
    public static NetworkGraph Build(NetworkDescription description) => new(description);

    private GraphValue Add(Layer layer, GraphValue input, string path)
    {
        if (layer is null || layer is Sequential { Layers.IsDefault: true } or Concat { Branches.IsDefault: true })
            throw new NetworkException($"\"{path}\" expects a layer, but received none.");
        if (_nesting == MaximumNesting)
            throw new NetworkException($"{layer.GetType().Name} \"{path}\" expects at most {MaximumNesting} layers around it, but received more.")
            {
                Layer = layer,
            };
        _nesting++;
        var output = layer switch
        {
            Sequential sequential => AddSequential(sequential, input, path),
            Concat concat => AddConcat(concat, input, path),
            Residual residual => AddResidual(residual, input, path),
            ChannelGate gate => AddGate(gate, input, path),
            _ => AddNode(layer, path, layer.Infer(input.Shape, path), input),
        };
        _nesting--;
        return output;
    }

    private GraphValue AddSequential(Sequential sequential, GraphValue input, string path)
    {
        for (var i = 0; i < sequential.Layers.Length; i++)
        {
            var layer = sequential.Layers[i];
            input = Add(layer, input, Join(path, layer.Name ?? $"{i}"));
        }

        return input;
    }

    private GraphValue AddConcat(Concat concat, GraphValue input, string path)
    {
        if (concat.Branches.Length == 0)
            throw new NetworkException($"Concat \"{path}\" expects at least one branch, but received none.") { Layer = concat };
        var outputs = concat.Branches.Select((branch, i) => Add(branch, input, Join(path, branch.Name ?? $"{i}"))).ToArray();
        var first = outputs[0].Shape;
        foreach (var output in outputs)
        {
            if (output.Shape.Height != first.Height || output.Shape.Width != first.Width)
            {
                throw new NetworkException(
                    $"Concat \"{path}\" expects branches of one height and width, but received {string.Join(", ", outputs.Select(o => o.Shape))}. Check their paddings and strides.")
                { Layer = concat };
            }
        }

        return AddNode(concat, path, first with { Channels = outputs.Sum(output => output.Shape.Channels) }, outputs);
    }

    private GraphValue AddResidual(Residual residual, GraphValue input, string path)
    {
        var body = Add(residual.Body, input, Join(path, residual.Body.Name ?? "body"));
        var shortcut = residual.Shortcut is { } layer ? Add(layer, input, Join(path, layer.Name ?? "shortcut")) : input;
        if (body == shortcut)
            throw new NetworkException($"Residual \"{path}\" expects a body that does something, but received none: it would add a value to itself.") { Layer = residual };
        if (body.Shape != shortcut.Shape)
        {
            throw new NetworkException(
                $"Residual \"{path}\" expects equal shapes to add, but its body gives {body.Shape} and its shortcut {shortcut.Shape}. Give it a Shortcut that ends in {body.Shape}.")
            { Layer = residual };
        }

        return AddNode(residual, path, body.Shape, body, shortcut);
    }

    private GraphValue AddGate(ChannelGate gate, GraphValue input, string path)
    {
        var body = Add(gate.Body, input, Join(path, gate.Body.Name ?? "body"));
        if (body == input)
            throw new NetworkException($"ChannelGate \"{path}\" expects a body that does something, but received none: it would multiply a value by itself.") { Layer = gate };
        if (body.Shape != FeatureShape.Flat(input.Shape.Channels))
        {
            throw new NetworkException(
                $"ChannelGate \"{path}\" expects a body that gives one factor for each of {input.Shape.Channels} channels, but received {body.Shape}. Begin it with GlobalAveragePool.")
            { Layer = gate };
        }

        return AddNode(gate, path, input.Shape, input, body);
    }

    private GraphValue AddNode(Layer layer, string path, FeatureShape shape, params GraphValue[] inputs)
    {
        if (!_paths.Add(path))
            throw new NetworkException($"Two layers are called \"{path}\". Give one of them another name.") { Layer = layer };
        if ((long)shape.Height * shape.Width * shape.Channels > int.MaxValue)
            throw new NetworkException($"{layer.GetType().Name} \"{path}\" expects fewer than 2^31 values for a sample, but received {shape.Height}x{shape.Width}x{shape.Channels}.") { Layer = layer };
        var output = new GraphValue(shape, null);
        var node = new GraphNode(layer, path, inputs, output);
        output.Producer = node;
        foreach (var input in inputs)
            input.Consumers.Add(node);
        _nodes.Add(node);
        return output;
    }

    // An empty name adds nothing.
    private static string Join(string path, string name) => path.Length == 0 || name.Length == 0 ? path + name : $"{path}.{name}";
}
