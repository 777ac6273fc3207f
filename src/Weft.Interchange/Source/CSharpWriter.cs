using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Weft.Training;
using static Weft.Interchange.CSharpText;

namespace Weft.Interchange;

/// <summary>
/// Writes a classifier as one C# file without packages: text of a template whose parts are taken as the network needs them, and a call for each layer. The same
/// model gives the same text.
/// </summary>
internal sealed class CSharpWriter
{
    /// <summary>More weights than these lie in a file of their own.</summary>
    public const int MostBytesInSource = 1 << 20;

    public const string Namespace = "TrainedModels";

    private const int MostGoldenBytes = 1 << 18;
    private const int MostGolden = 4;

    private readonly IReadOnlyDictionary<string, NamedTensor> _weights;
    private readonly ImmutableArray<NetworkNode> _nodes;
    private readonly CSharpMaps _maps;
    private readonly CSharpOptions _options;
    private readonly int _inputChannels;
    private readonly HashSet<string> _parts = [];
    private readonly Dictionary<string, int> _names = [];
    private readonly HashSet<int> _done = []; // nodes that are computed by the one before them
    private readonly StringBuilder _fields = new();
    private readonly StringBuilder _constructor = new();
    private readonly StringBuilder _forward = new();
    private readonly MemoryStream _bytes = new();

    private CSharpWriter(TrainedModel model, CSharpOptions options)
    {
        (_options, _inputChannels) = (options, model.Shape.Channels);
        _weights = model.Weights.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _nodes = model.Description.Nodes();
        _maps = new CSharpMaps(_nodes, model.Shape.Length);
    }

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: a layer that is not written, or weights that 16 bits do not hold.</exception>
    public static CSharpSource Write(TrainedModel model, GoldenSamples golden, CSharpOptions options)
    {
        var writer = new CSharpWriter(model, options);
        for (var i = 0; i < writer._nodes.Length; i++)
            writer.Add(i);
        return writer.ToSource(model, golden);
    }

    private void Add(int number)
    {
        var node = _nodes[number];
        if (_done.Contains(number))
        {
            _maps.Keep(number, node.Inputs[0]);
            return;
        }

        switch (node.Layer)
        {
            case Conv2d layer:
                Convolve(number, node, node.Input, layer.Kernel, layer.Stride, layer.Dilation, layer.Padding, layer.Groups);
                break;
            case Linear:
                Convolve(number, node, FeatureShape.Flat(node.Input.Length), 1, 1, 1, 0, 1);
                break;
            case BatchNorm2d layer:
                var (scale, shift) = Folded(node, layer, null);
                Call(number, Each(number), "Scale", "scale", Tensor(node, "Scale", scale), Tensor(node, "Shift", shift), node.Output.Length);
                break;
            case SampleNorm layer:
                var (factors, summands) = node.Tensors.IsEmpty ? (Enumerable.Repeat(1f, node.Input.Channels).ToArray(), new float[node.Input.Channels])
                    : (Values(node.Tensors[0]), Values(node.Tensors[1]));
                Call(number, Each(number), "Normalize", "sample-norm", Tensor(node, "Scale", factors), Tensor(node, "Shift", summands),
                    Groups(layer, node.Input.Channels), Text(layer.Epsilon), node.Input.Channels, node.Input.Pixels);
                break;
            case MaxPool2d layer:
                AddPool(number, layer.Kernel, layer.Stride, layer.Padding, "Maximum");
                break;
            case AveragePool2d layer:
                AddPool(number, layer.Kernel, layer.Stride, layer.Padding, "Average", layer.CountIncludePad ? "true" : "false");
                break;
            case GlobalAveragePool:
                Call(number, Take(number), "GlobalAverage", "mean", node.Input.Channels, node.Input.Pixels);
                break;
            case GlobalMaxPool:
                Call(number, Take(number), "GlobalMaximum", "largest", node.Input.Channels, node.Input.Pixels);
                break;
            case Flatten when node.Input is { Pixels: > 1, Channels: > 1 } && !IsAtEnd(number):
                Call(number, Take(number), "Flatten", "flatten", node.Input.Channels, node.Input.Pixels);
                break;
            case Flatten or Dropout or SpatialDropout:
                _maps.Keep(number, node.Inputs[0]);
                break;
            case Residual:
                Call(number, $"{_maps.Of(node.Inputs[0])}, {_maps.Of(node.Inputs[1])}, {Take(number, withInputs: false)}", "Add", "add", node.Output.Length);
                break;
            case ChannelGate:
                Call(number, $"{_maps.Of(node.Inputs[0])}, {_maps.Of(node.Inputs[1])}, {Take(number, withInputs: false)}", "Gate", "gate",
                    node.Output.Channels, node.Output.Pixels);
                break;
            case Concat:
                Join(number, node);
                break;
            case ReLU or Activation:
                Activate(number, node);
                break;
            default:
                throw new WeftException(ErrorKind.InvalidInput, $"the network has a layer {node.Layer.GetType().Name} that is not written as C#")
                {
                    Where = $"layer {node.Path}", Expected = "layers of the engine, or layers that are made of those", Found = node.Layer.GetType().Name,
                    Safe = "nothing was written", Next = new Advice("describe the layer as a CompositeLayer, or export the network as safetensors"),
                };
        }
    }

    private void Convolve(int number, NetworkNode node, FeatureShape input, Size2d kernel, Size2d stride, Size2d dilation, Padding2d padding, int groups)
    {
        var (weight, bias) = (node.Tensors[0], node.Tensors.Length > 1 ? Values(node.Tensors[1]) : new float[node.Output.Channels]);
        float[]? scale = null;
        var last = number;
        if (Follower(last) is { } next && _nodes[next].Layer is BatchNorm2d norm)
        {
            (scale, bias) = Folded(_nodes[next], norm, bias);
            _done.Add(last = next);
        }

        var isRectified = Follower(last) is { } after && _nodes[after].Layer is ReLU;
        if (isRectified)
            _done.Add(Follower(last)!.Value);
        var field = Field(node.Path, "Convolution");
        _parts.Add("convolution");
        var length = Write(weight);
        Write(scale);
        Write(bias);
        _constructor.Append(Invariant($"{Statement}{field} = new Convolution(\n{Statement}    "))
            .Append(Invariant($"height: {input.Height}, width: {input.Width}, channels: {input.Channels}, outputs: {node.Output.Channels}, "))
            .Append(Invariant($"rows: {node.Output.Height}, columns: {node.Output.Width},\n{Statement}    "))
            .Append($"kernel: {Pair(kernel)}, stride: {Pair(stride)}, dilation: {Pair(dilation)}, padding: {Four(padding)}, groups: {groups},\n{Statement}    ")
            .Append($"weights.{(_options.Half ? "Halves" : "Floats")}({length}), {(scale is null ? "null" : $"weights.Floats({scale.Length})")}, ")
            .Append(Invariant($"weights.Floats({bias.Length}));\n"));
        var from = _maps.Of(node.Inputs[0]);
        var to = Take(number, withInputs: false);
        _forward.Append($"{Statement}{field}.Run({from}, {to}); // {node.Output}\n");
        if (!isRectified)
            return;
        _parts.Add("relu");
        _forward.Append(Invariant($"{Statement}Relu({to}, {node.Output.Length});\n"));
    }

    // The one node that takes a node's output, where it takes nothing else.
    private int? Follower(int number)
    {
        var followers = Enumerable.Range(number + 1, _nodes.Length - number - 1).Where(next => _nodes[next].Inputs.Contains(number)).ToList();
        return followers is [var only] && _nodes[only].Inputs.Length == 1 ? only : null;
    }

    // In double: γ / √(σ² + ε), and (b − μ) · that + β.
    private (float[] Scale, float[] Shift) Folded(NetworkNode node, BatchNorm2d norm, float[]? bias)
    {
        var (gamma, beta, mean, variance) = (Values(node.Tensors[0]), Values(node.Tensors[1]), Values(node.Tensors[2]), Values(node.Tensors[3]));
        double[] scale = [.. gamma.Select((value, c) => value / Math.Sqrt(variance[c] + norm.Epsilon))];
        return ([.. scale.Select(value => (float)value)],
            [.. scale.Select((value, c) => (float)(((bias is null ? 0.0 : bias[c]) - mean[c]) * value + beta[c]))]);
    }

    private void AddPool(int number, Size2d kernel, Size2d stride, Padding2d padding, string kind, string? more = null)
    {
        var node = _nodes[number];
        _parts.Add("pool");
        var field = Field(node.Path, "Pool");
        _constructor.Append(Invariant($"{Statement}{field} = new Pool({node.Input.Height}, {node.Input.Width}, {node.Input.Channels}, {node.Output.Height}, "))
            .Append($"{node.Output.Width}, kernel: {Pair(kernel)}, stride: {Pair(stride)}, padding: {Four(padding)});\n");
        _forward.Append($"{Statement}{field}.{kind}({Take(number)}{(more is null ? "" : $", {more}")}); // {node.Output}\n");
    }

    private void Join(int number, NetworkNode node)
    {
        var inputs = node.Inputs.Select(_maps.Of).ToList();
        var output = Take(number, withInputs: false);
        var first = 0;
        _parts.Add("concat");
        foreach (var (input, name) in node.Inputs.Zip(inputs))
        {
            var channels = input < 0 ? _inputChannels : _nodes[input].Output.Channels;
            _forward.Append(Invariant($"{Statement}Concat({name}, {channels}, {output}, {node.Output.Channels}, {first}, {node.Output.Pixels});\n"));
            first += channels;
        }
    }

    private void Activate(int number, NetworkNode node)
    {
        var length = node.Output.Length;
        switch (node.Layer)
        {
            case ReLU:
                Call(number, Each(number), "Relu", "relu", length);
                break;
            case ReLU6:
                Call(number, Each(number), "Relu6", "relu6", length);
                break;
            case HardSigmoid:
                Call(number, Each(number), "HardSigmoid", "hard-sigmoid", length);
                break;
            case HardSwish:
                Call(number, Each(number), "HardSwish", "hard-swish", length);
                break;
            case LeakyReLU leaky:
                Call(number, Each(number), "LeakyRelu", "leaky-relu", length, Text((float)leaky.Slope) + "f");
                break;
            case Sigmoid:
                Call(number, Each(number), "Each", "sigmoid", length, "Sigmoid");
                break;
            case ELU elu:
                Call(number, Each(number), "Each", "elu", length, $"x => Elu(x, {Text((float)elu.Alpha)})");
                break;
            case SiLU:
                Call(number, Each(number), "Each", "silu", length, "Silu");
                break;
            case Mish:
                Call(number, Each(number), "Each", "mish", length, "Mish");
                break;
            case GELU:
                Call(number, Each(number), "Each", "gelu", length, "Gelu");
                break;
            default:
                throw new InvalidOperationException($"{node.Layer.GetType().Name} is not written yet.");
        }
    }

    private void Call(int number, string maps, string function, string part, params object[] more)
    {
        _parts.Add(part);
        if (function == "Each")
            _parts.Add("each");
        _forward.Append($"{Statement}{function}({string.Join(", ", [maps, .. more.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)])});")
            .Append($" // {_nodes[number].Output}\n");
    }

    // A map that is changed where it is, or a copy where the old one is still needed.
    private string Each(int number)
    {
        var input = _nodes[number].Inputs[0];
        if (_maps.MayReplace(input))
            return _maps.Keep(number, input);
        _parts.Add("copy");
        var from = _maps.Of(input);
        var to = Take(number, withInputs: false);
        _forward.Append(Invariant($"{Statement}Copy({from}, {to}, {_nodes[number].Output.Length});\n"));
        return to;
    }

    // "input, output" of a node with one input, or the output alone.
    private string Take(int number, bool withInputs = true)
    {
        var node = _nodes[number];
        var from = _maps.Of(node.Inputs[0]);
        var to = _maps.Take(number, node.Output.Length, node.Inputs);
        return withInputs ? $"{from}, {to}" : to;
    }

    private string Tensor(NetworkNode node, string name, float[] values)
    {
        var field = Field($"{node.Path}.{name}", "float[]");
        Write(values);
        _constructor.Append(Invariant($"{Statement}{field} = weights.Floats({values.Length});\n"));
        return field;
    }

    private string Field(string path, string type)
    {
        var parts = path.Split('.').Select(part => string.Concat(part.Where(letter => char.IsAsciiLetterOrDigit(letter)))).Where(part => part.Length > 0);
        var name = "_layer" + string.Concat(parts.Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        var times = _names[name] = _names.GetValueOrDefault(name) + 1;
        name += times == 1 ? "" : Invariant($"No{times}");
        _fields.Append($"{Member}private readonly {type} {name};\n");
        return name;
    }

    private static int Groups(SampleNorm norm, int channels) => norm switch
    {
        GroupNorm group => group.Groups,
        InstanceNorm2d => channels,
        _ => 1,
    };

    private float[] Values(LayerTensor tensor) => _weights[tensor.Name].Values.ToArray();

    private int Write(LayerTensor weight)
    {
        var values = Values(weight);
        if (!_options.Half)
        {
            Write(values);
            return values.Length;
        }

        var bytes = new byte[2];
        foreach (var value in values)
        {
            var half = (Half)value;
            if (!Half.IsFinite(half))
            {
                throw new WeftException(ErrorKind.InvalidInput, "a weight is too large for 16 bits")
                {
                    Where = weight.Name, Expected = "at most 65504", Found = Text(value), Safe = "nothing was written",
                    Next = new Advice("export it without --half"),
                };
            }

            BinaryPrimitives.WriteHalfLittleEndian(bytes, half);
            _bytes.Write(bytes);
        }

        return values.Length;
    }

    private void Write(float[]? values) => _bytes.Write(Bytes(values ?? []));

    // Where a network ends in a flattened map, its logits lie as the map does.
    private bool IsAtEnd(int number) =>
        number == _nodes.Length - 1 || (Follower(number) is { } next && _nodes[next].Layer is ReLU or Activation or Dropout or SpatialDropout && IsAtEnd(next));

    private CSharpSource ToSource(TrainedModel model, GoldenSamples golden)
    {
        var weights = _bytes.ToArray();
        var isInside = weights.Length <= MostBytesInSource;
        var (name, template) = (_options.ClassName, CSharpTemplate.Parts);
        var shape = model.Shape;
        foreach (var (field, length) in _maps.All.Reverse())
            _fields.Insert(0, Invariant($"{Member}private readonly float[] {field} = Map({length});\n"));
        var count = Math.Clamp(MostGoldenBytes / shape.Length, 1, Math.Min(MostGolden, golden.Images.Count));
        var data = Base64("GoldenPixels", [.. golden.Images.Take(count).SelectMany(image => image)])
            + Base64("GoldenProbabilities", Bytes([.. golden.Probabilities.Take(count).SelectMany(row => row)]))
            + (isInside ? Base64("Weights", weights) : "");
        if (_parts.Overlaps(["relu", "relu6", "hard-sigmoid", "hard-swish", "leaky-relu", "add"]))
            _parts.Add("vectors");
        string[] order = [CSharpTemplate.Start, .. template.Keys.Where(_parts.Contains), "reader", CSharpTemplate.End];
        var values = new Dictionary<string, string>
        {
            ["load"] = template[isInside ? "inside" : "resource"].Trim('\n'),
            ["halves"] = _options.Half ? template["halves"].TrimEnd('\n') : "",
            ["header"] = string.Join('\n', _options.Header.Select(line => $"// {line}".TrimEnd())),
            ["namespace"] = Namespace, ["name"] = name, ["result"] = name + "Prediction",
            ["height"] = Invariant($"{shape.Height}"), ["width"] = Invariant($"{shape.Width}"), ["channels"] = Invariant($"{shape.Channels}"),
            ["classes"] = string.Join('\n', model.Classes.Select(text => $"{Statement}{Literal(text)},")),
            ["mean"] = Numbers(model.Preprocessing.Mean), ["deviation"] = Numbers(model.Preprocessing.StandardDeviation),
            ["fields"] = _fields.ToString().TrimEnd('\n'), ["constructor"] = _constructor.ToString().TrimEnd('\n'),
            ["forward"] = _forward.ToString().TrimEnd('\n'), ["logits"] = _maps.Of(_nodes.Length - 1),
            ["tolerance"] = Text(GoldenPredictions.Tolerance), ["resource"] = name + ".weights",
            ["sha"] = Convert.ToBase64String(SHA256.HashData(weights)), ["data"] = data.TrimEnd('\n'),
        };
        var text = string.Concat(order.Select(part => template[part]));
        foreach (var (key, value) in values)
            text = text.Replace("{{" + key + "}}", value, StringComparison.Ordinal);
        return new CSharpSource(text.Replace("\n\n\n", "\n\n", StringComparison.Ordinal), isInside ? null : weights);
    }
}
