using Weft.Training;
using static Weft.Interchange.OnnxGraphBuilder;

namespace Weft.Interchange;

/// <summary>What an ONNX value is in the network.</summary>
/// <param name="IsMap">Whether it has places ([N, C, H, W]); else it is [N, C].</param>
internal readonly record struct OnnxValue(string Name, bool IsMap, FeatureShape Shape);

/// <summary>Writes the layers of a network as ONNX operations of opset 17. Values and nodes are called as the layers' paths.</summary>
internal sealed class OnnxLayers(OnnxGraphBuilder graph, IReadOnlyDictionary<string, NamedTensor> weights)
{
    private static readonly double RootOfTwo = Math.Sqrt(2);

    /// <summary>Adds what computes a layer.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: nothing of the format computes it.</exception>
    public OnnxValue Add(NetworkNode node, OnnxValue[] inputs) => node.Layer switch
    {
        Conv2d layer => Convolve(node, layer, inputs[0]),
        Linear layer => Multiply(node, layer, inputs[0]),
        BatchNorm2d layer => inputs[0] with
        {
            Name = graph.Add("BatchNormalization", node.Path, [inputs[0].Name, .. Tensors(node)], Number("epsilon", layer.Epsilon)),
        },
        InstanceNorm2d layer => Normalize(node, layer, inputs[0]),
        SampleNorm layer => NormalizeGroups(node, layer, inputs[0]),
        MaxPool2d layer => MaxPool(node, layer, Map(inputs[0])),
        AveragePool2d layer => AveragePool(node, layer, Map(inputs[0])),
        GlobalAveragePool => new OnnxValue(graph.Add("GlobalAveragePool", node.Path, Map(inputs[0]).Name), true, node.Output),
        GlobalMaxPool => new OnnxValue(graph.Add("GlobalMaxPool", node.Path, Map(inputs[0]).Name), true, node.Output),
        Flatten => inputs[0].IsMap ? Flat(inputs[0], node.Path) : inputs[0],
        Dropout or SpatialDropout => inputs[0],
        Residual => Join("Add", node, inputs),
        Concat => Join("Concat", node, inputs, Integer("axis", 1)),
        ChannelGate => new OnnxValue(graph.Add("Mul", node.Path, [inputs[0].Name, (inputs[0].IsMap ? Map(inputs[1]) : Flat(inputs[1])).Name]),
            inputs[0].IsMap, node.Output),
        ReLU or Activation => inputs[0] with { Name = Activate(node.Layer, node.Path, inputs[0].Name) },
        _ => throw new WeftException(ErrorKind.InvalidInput, $"the network has a layer {node.Layer.GetType().Name} that ONNX has nothing for")
        {
            Where = $"layer {node.Path}", Expected = "layers of the engine, or layers that are made of those", Found = $"{node.Layer.GetType().Name}",
            Safe = "nothing was written", Next = new Advice("describe the layer as a CompositeLayer, or export the network as safetensors"),
        },
    };

    /// <summary>A value as [N, C].</summary>
    public OnnxValue Flat(OnnxValue value, string? name = null) => !value.IsMap ? value
        : new OnnxValue(graph.Add("Flatten", name ?? value.Name + "/flat", value.Name, Integer("axis", 1)), false, FeatureShape.Flat(value.Shape.Length));

    /// <summary>A value as [N, C, H, W].</summary>
    public OnnxValue Map(OnnxValue value) => value.IsMap ? value : Reshape(value.Name, value.Name + "/map", value.Shape);

    /// <summary>Gives a flattened map's features the order row, column, channel.</summary>
    public OnnxValue ChannelsLast(OnnxValue value, FeatureShape map)
    {
        var rows = Reshape(value.Name, value.Name + "/rows", map);
        var turned = graph.Add("Transpose", value.Name + "/turned", rows.Name, List("perm", 0, 2, 3, 1));
        return Flat(new OnnxValue(turned, true, map), value.Name + "/pixels");
    }

    private OnnxValue Reshape(string value, string name, FeatureShape shape) =>
        new(graph.Add("Reshape", name, [value, graph.Integers(name + "/shape", 0, shape.Channels, shape.Height, shape.Width)]), true, shape);

    private IEnumerable<string> Tensors(NetworkNode node) => node.Tensors.Select(tensor => Tensor(tensor.Name));

    private string Tensor(string name)
    {
        var tensor = weights[name];
        return graph.Floats(name, tensor.Values, [.. tensor.Shape.Select(size => (long)size)]);
    }

    private OnnxValue Convolve(NetworkNode node, Conv2d layer, OnnxValue input) => new(
        graph.Add("Conv", node.Path, [Map(input).Name, .. Tensors(node)],
            Size("kernel_shape", layer.Kernel), Size("strides", layer.Stride), Size("dilations", layer.Dilation), Pads(layer.Padding),
            Integer("group", layer.Groups)),
        true, node.Output);

    private OnnxValue Multiply(NetworkNode node, Linear layer, OnnxValue input) =>
        new(graph.Add("Gemm", node.Path, [Flat(input).Name, .. Tensors(node)], Integer("transB", 1)), false, node.Output);

    private OnnxValue Normalize(NetworkNode node, InstanceNorm2d layer, OnnxValue input)
    {
        var channels = input.Shape.Channels;
        string[] tensors = layer.Affine ? [.. Tensors(node)] : [Repeated(node.Path + "/ones", 1, channels), Repeated(node.Path + "/zeros", 0, channels)];
        return new OnnxValue(
            graph.Add("InstanceNormalization", node.Path, [Map(input).Name, .. tensors], Number("epsilon", layer.Epsilon)), true, node.Output);
    }

    // Groups of channels become the channels of a row, as PyTorch writes it: an operation of its own came with opset 18, and changed its meaning with 21.
    private OnnxValue NormalizeGroups(NetworkNode node, SampleNorm layer, OnnxValue input)
    {
        var (path, shape) = (node.Path, input.Shape);
        var groups = layer is GroupNorm norm ? norm.Groups : 1;
        var rows = graph.Add("Reshape", path + "/rows", [input.Name, graph.Integers(path + "/rows_shape", 0, groups, -1)]);
        var normal = graph.Add("InstanceNormalization", path + "/normal",
            [rows, Repeated(path + "/ones", 1, groups), Repeated(path + "/zeros", 0, groups)], Number("epsilon", layer.Epsilon));
        var map = Reshape(normal, path + "/map", shape);
        var (weight, bias) = (weights[node.Tensors[0].Name], weights[node.Tensors[1].Name]);
        var scaled = graph.Add("Mul", path + "/scaled", [map.Name, graph.Floats(weight.Name, weight.Values, shape.Channels, 1, 1)]);
        return map with { Name = graph.Add("Add", path, [scaled, graph.Floats(bias.Name, bias.Values, shape.Channels, 1, 1)]) };
    }

    // Where the number of windows is rounded up, what is missing for the last one becomes padding: other programs do not agree on what their own mode means.
    private OnnxValue MaxPool(NetworkNode node, MaxPool2d layer, OnnxValue input) => new(
        graph.Add("MaxPool", node.Path, input.Name, Size("kernel_shape", layer.Kernel), Size("strides", layer.Stride),
            Pads(Reaching(layer.Padding, layer.Kernel, layer.Stride, node))),
        true, node.Output);

    private OnnxValue AveragePool(NetworkNode node, AveragePool2d layer, OnnxValue input)
    {
        var (padding, name) = (Reaching(layer.Padding, layer.Kernel, layer.Stride, node), input.Name);
        var counts = layer.CountIncludePad && padding == layer.Padding;
        if (layer.CountIncludePad && !counts && layer.Padding != default)
        {
            // The divisor counts the padding, and not what the last window reaches beyond it.
            name = graph.Add("Pad", node.Path + "/padded",
                [name, graph.Integers(node.Path + "/pads", 0, 0, layer.Padding.Top, layer.Padding.Left, 0, 0, layer.Padding.Bottom, layer.Padding.Right)]);
            padding = new Padding2d(0, 0, padding.Bottom - layer.Padding.Bottom, padding.Right - layer.Padding.Right);
        }

        return new OnnxValue(
            graph.Add("AveragePool", node.Path, name, Size("kernel_shape", layer.Kernel), Size("strides", layer.Stride), Pads(padding),
                Integer("count_include_pad", counts ? 1 : 0)),
            true, node.Output);
    }

    // At least the padding; more where the last window ends beyond it.
    private static Padding2d Reaching(Padding2d padding, Size2d kernel, Size2d stride, NetworkNode node) => padding with
    {
        Bottom = Math.Max(padding.Bottom, (node.Output.Height - 1) * stride.Height + kernel.Height - node.Input.Height - padding.Top),
        Right = Math.Max(padding.Right, (node.Output.Width - 1) * stride.Width + kernel.Width - node.Input.Width - padding.Left),
    };

    private OnnxValue Join(string kind, NetworkNode node, OnnxValue[] inputs, params OnnxWire.Attribute[] attributes)
    {
        var isMap = inputs.Any(input => input.IsMap);
        var names = inputs.Select(input => (isMap ? Map(input) : input).Name).ToArray();
        return new OnnxValue(graph.Add(kind, node.Path, names, attributes), isMap, node.Output);
    }

    private string Activate(Layer layer, string path, string x) => layer switch
    {
        ReLU => graph.Add("Relu", path, x),
        ReLU6 => graph.Add("Clip", path, [x, graph.Scalar(0), graph.Scalar(6)]),
        Sigmoid => graph.Add("Sigmoid", path, x),
        HardSigmoid => graph.Add("HardSigmoid", path, x, Number("alpha", 1 / 6.0), Number("beta", 0.5)),
        HardSwish => graph.Add("HardSwish", path, x),
        LeakyReLU leaky => graph.Add("LeakyRelu", path, x, Number("alpha", leaky.Slope)),
        ELU elu => graph.Add("Elu", path, x, Number("alpha", elu.Alpha)),
        SiLU => graph.Add("Mul", path, [x, graph.Add("Sigmoid", path + "/sigmoid", x)]),
        Mish => graph.Add("Mul", path, [x, graph.Add("Tanh", path + "/tanh", graph.Add("Softplus", path + "/softplus", x))]),
        GELU => graph.Add("Mul", path, [Distributed(path, x), graph.Scalar(0.5f)]),
        _ => throw new InvalidOperationException($"{layer.GetType().Name} is not written yet."),
    };

    // x · (1 + erf(x / √2))
    private string Distributed(string path, string x)
    {
        var error = graph.Add("Erf", path + "/erf", graph.Add("Div", path + "/scaled", [x, graph.Scalar((float)RootOfTwo)]));
        return graph.Add("Mul", path + "/product", [x, graph.Add("Add", path + "/sum", [error, graph.Scalar(1)])]);
    }

    private string Repeated(string name, float value, int count)
    {
        var values = new float[count];
        Array.Fill(values, value);
        return graph.Floats(name, values, count);
    }

    private static OnnxWire.Attribute Size(string name, Size2d size) => List(name, size.Height, size.Width);

    private static OnnxWire.Attribute Pads(Padding2d padding) => List("pads", padding.Top, padding.Left, padding.Bottom, padding.Right);
}
