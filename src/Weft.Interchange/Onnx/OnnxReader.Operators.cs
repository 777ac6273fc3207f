using System.Collections.Immutable;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What each operator means for the values.</summary>
internal sealed partial class OnnxReader
{
    private static readonly Dictionary<string, Func<OnnxReader, OnnxWire.Node, ImportedValue>> Operators = new()
    {
        ["Conv"] = (reader, node) => reader.Convolve(node, reader.Unpadded(node, out var padding), padding),
        ["Gemm"] = (reader, node) => reader.Multiply(node, Integer(node, "transB", 0) != 0, 2),
        ["MatMul"] = (reader, node) => reader.Multiply(node, transposed: false, bias: -1),
        ["BatchNormalization"] = (reader, node) => reader.Normalize(node, reader.Value(node, 0)),
        ["InstanceNormalization"] = (reader, node) => reader.NormalizeInstances(node, reader.Value(node, 0)),
        ["Relu"] = (reader, node) => reader.Become(node, new ReLU(), reader.Value(node, 0)),
        ["LeakyRelu"] = (reader, node) => reader.Become(node, new LeakyReLU { Slope = Number(node, "alpha", 0.01) }, reader.Value(node, 0)),
        ["Elu"] = (reader, node) => reader.Become(node, new ELU { Alpha = Number(node, "alpha", 1) }, reader.Value(node, 0)),
        ["Sigmoid"] = (reader, node) => reader.Become(node, new Sigmoid(), reader.Value(node, 0)),
        ["HardSwish"] = (reader, node) => reader.Become(node, new HardSwish(), reader.Value(node, 0)),
        ["Mish"] = (reader, node) => reader.Become(node, new Mish(), reader.Value(node, 0)),
        ["HardSigmoid"] = (reader, node) => reader.HardSigmoidOf(node),
        ["Gelu"] = (reader, node) => reader.Gelu(node),
        ["Clip"] = (reader, node) => reader.Clip(node, reader.Value(node, 0)),
        ["Erf"] = (reader, node) => Part(StepKind.Erf, node, reader.Value(node, 0)),
        ["Softplus"] = (reader, node) => Part(StepKind.Softplus, node, reader.Value(node, 0)),
        ["Tanh"] = (reader, node) => Part(StepKind.Tanh, node, reader.Value(node, 0)),
        ["Softmax"] = (reader, node) => Part(StepKind.Softmax, node, reader.Value(node, 0)),
        ["LogSoftmax"] = (reader, node) => Part(StepKind.Softmax, node, reader.Value(node, 0)),
        ["ArgMax"] = (reader, node) => Part(StepKind.ArgMax, node, reader.Value(node, 0)),
        ["MaxPool"] = (reader, node) => reader.Pool(node),
        ["AveragePool"] = (reader, node) => reader.Pool(node),
        ["GlobalAveragePool"] = (reader, node) => reader.Become(node, new GlobalAveragePool(), reader.Value(node, 0)),
        ["GlobalMaxPool"] = (reader, node) => reader.Become(node, new GlobalMaxPool(), reader.Value(node, 0)),
        ["ReduceMean"] = (reader, node) => reader.Reduce(node, new GlobalAveragePool()),
        ["ReduceMax"] = (reader, node) => reader.Reduce(node, new GlobalMaxPool()),
        ["Add"] = (reader, node) => reader.Compute(node),
        ["Sub"] = (reader, node) => reader.Compute(node),
        ["Mul"] = (reader, node) => reader.Compute(node),
        ["Div"] = (reader, node) => reader.Compute(node),
        ["Sum"] = (reader, node) => reader.Sum(node),
        ["Concat"] = (reader, node) => reader.Concatenate(node),
        ["Pad"] = (reader, node) => reader.Pad(node, reader.Value(node, 0)),
        ["Flatten"] = (reader, node) => reader.Reshape(node, reader.Value(node, 0)),
        ["Reshape"] = (reader, node) => reader.Reshape(node, reader.Value(node, 0)),
        ["Transpose"] = (reader, node) => reader.Transpose(node, reader.Value(node, 0)),
        ["Squeeze"] = (reader, node) => reader.Squeeze(node, reader.Value(node, 0)),
        ["Unsqueeze"] = (reader, node) => reader.Squeeze(node, reader.Value(node, 0)),
        ["Identity"] = (reader, node) => reader.Value(node, 0),
        ["Dropout"] = (reader, node) => reader.Value(node, 0),
        ["Cast"] = (reader, node) => reader.Value(node, 0),
        ["Gather"] = (reader, node) => reader.LookUp(node),
    };

    private ImportedValue Operate(OnnxWire.Node node) => Operators.TryGetValue(node.OpType, out var operate) ? operate(this, node)
        : throw Refused(node, $"{string.Join(", ", Operators.Keys.Order(StringComparer.Ordinal))}, or constants and shapes", node.OpType);

    // A layer over a value; what it makes of the shape decides the layer itself.
    private ImportedValue Become(OnnxWire.Node node, Layer layer, ImportedValue input, ImmutableArray<NamedTensor> tensors = default, string? name = null)
    {
        if (input.Shape != input.Step.Shape)
            throw Refused(node, "values as they come from a layer", "values that were divided into rows");
        FeatureShape shape;
        try
        {
            shape = new NetworkDescription("", input.Shape, new Sequential(layer with { Name = "layer" }, new Flatten { Name = "end" })).Nodes()[0].Output;
        }
        catch (NetworkException misfit)
        {
            throw Refused(node, misfit.Expected, misfit.Received);
        }

        return input.With(new ImportedStep(StepKind.Layer, node, shape, input.Step)
        {
            Layer = layer, Tensors = tensors.IsDefault ? [] : tensors, Name = name,
        });
    }

    private static ImportedValue Part(StepKind kind, OnnxWire.Node node, ImportedValue input, double[]? numbers = null) =>
        input with { Step = new ImportedStep(kind, node, input.Step.Shape, input.Step) { Numbers = numbers ?? [] } };

    // The name before ".weight", which all tensors of a layer share.
    private static string? NameOf(OnnxConstant weight) =>
        weight.Name.EndsWith(".weight", StringComparison.Ordinal) && weight.Name.Length > ".weight".Length ? weight.Name[..^".weight".Length] : null;

    private ImportedValue Unpadded(OnnxWire.Node node, out Padding2d padding)
    {
        var value = Value(node, 0);
        padding = value.Step.Kind == StepKind.Padded ? value.Step.Padding : default;
        return value.Step.Kind == StepKind.Padded ? value.With(value.Step.Input) : value;
    }

    private ImportedValue Convolve(OnnxWire.Node node, ImportedValue input, Padding2d padded)
    {
        var weight = Required(node, 1);
        if (weight is not { Dims: [var outputs, _, >= 1 and < 1 << 20, >= 1 and < 1 << 20], Floats: { } floats })
            throw Refused(node, "weights of [outputs, channels, height, width]", List(weight.Dims));
        Require(node, input is { IsMap: true, IsChannelsLast: false }, "a map with its channels first", Said(input));
        var (kernel, groups) = (new Size2d((int)weight.Dims[2], (int)weight.Dims[3]), Integer(node, "group", 1));
        Require(node, Pair(node, "kernel_shape", kernel) == kernel && groups is >= 1 and < int.MaxValue && outputs is >= 1 and < int.MaxValue
            && weight.Dims[1] * groups == input.Shape.Channels, $"weights for {input.Shape.Channels} channels in {groups} groups", List(weight.Dims));
        var (stride, dilation) = (Pair(node, "strides", 1), Pair(node, "dilations", 1));
        var own = Pads(node, input.Shape, kernel, stride, dilation);
        var bias = Optional(node, 2) is null ? null : Floats(node, 2, outputs);
        var layer = new Conv2d((int)outputs, kernel)
        {
            Stride = stride, Dilation = dilation, Groups = (int)groups, Bias = bias is not null,
            Padding = new Padding2d(own.Top + padded.Top, own.Left + padded.Left, own.Bottom + padded.Bottom, own.Right + padded.Right),
        };
        return Become(node, layer, input, Weights([.. weight.Dims.Select(size => (int)size)], floats, bias), NameOf(weight));
    }

    private static ImmutableArray<NamedTensor> Weights(ImmutableArray<int> shape, float[] weight, float[]? bias)
    {
        var tensor = new NamedTensor("weight", shape, weight);
        return bias is null ? [tensor] : [tensor, new NamedTensor("bias", [bias.Length], bias)];
    }

    /// <param name="bias">The input that holds the bias; −1 for none.</param>
    private ImportedValue Multiply(OnnxWire.Node node, bool transposed, int bias)
    {
        var (input, weight) = (Value(node, 0), Required(node, 1));
        Require(node, Number(node, "alpha", 1) == 1 && Number(node, "beta", 1) == 1 && Integer(node, "transA", 0) == 0,
            "a plain product", "one that is scaled");
        if (weight is not { Dims: [>= 1 and < int.MaxValue, >= 1 and < int.MaxValue], Floats: { } floats })
            throw Refused(node, "a matrix of weights", List(weight.Dims));
        int rows = (int)weight.Dims[0], columns = (int)weight.Dims[1];
        var (outputs, inputs) = transposed ? (rows, columns) : (columns, rows);
        Require(node, !input.IsMap && input.Shape.Length == inputs, $"{inputs} features", Said(input));
        var values = new float[floats.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = floats[transposed ? Column(i) : i % inputs is var feature ? Feature(feature) * outputs + i / inputs : 0];
        var shift = bias < 0 || Optional(node, bias) is null ? null : Biases(node, bias, outputs);
        return Become(node, new Linear(outputs) { Bias = shift is not null }, input with { Pixels = null },
            Weights([outputs, inputs], values, shift), NameOf(weight));

        int Column(int i) => i / inputs * inputs + Feature(i % inputs);

        // Where PyTorch's feature number lies among those of a map with its channels last.
        int Feature(int i) => input.Pixels is { } map ? i % map.Pixels * map.Channels + i / map.Pixels : i;
    }

    private float[] Biases(OnnxWire.Node node, int input, int outputs)
    {
        var floats = Floats(node, input);
        return floats.Length == outputs ? floats : floats.Length == 1 ? [.. Enumerable.Repeat(floats[0], outputs)]
            : throw Refused(node, $"{outputs} biases", $"{floats.Length}");
    }

    private ImportedValue Normalize(OnnxWire.Node node, ImportedValue input)
    {
        var channels = input.IsMap ? input.Shape.Channels : input.Shape.Length;
        Require(node, Integer(node, "training_mode", 0) == 0 && Integer(node, "spatial", 1) == 1 && !input.IsChannelsLast && input.Pixels is null,
            "statistics of channels, as they were trained", "others");
        string[] names = ["weight", "bias", "running_mean", "running_var"];
        return Become(node, new BatchNorm2d { Epsilon = Number(node, "epsilon", 1e-5) }, input,
            [.. names.Select((name, i) => new NamedTensor(name, [channels], Floats(node, 1 + i, channels)))], NameOf(Required(node, 1)));
    }

    private ImportedValue NormalizeInstances(OnnxWire.Node node, ImportedValue input)
    {
        var isRows = input.Step.Kind == StepKind.Rows;
        var channels = isRows ? (int)input.Step.Numbers[0] : input.Shape.Channels;
        var (weight, bias, epsilon) = (Floats(node, 1, channels), Floats(node, 2, channels), Number(node, "epsilon", 1e-5));
        var isPlain = weight.All(value => value == 1) && bias.All(value => value == 0);
        if (isRows)
        {
            Require(node, isPlain, "ones and zeros where groups of channels are normalized", "other numbers");
            return Part(StepKind.NormalRows, node, input, [channels, epsilon]);
        }

        Require(node, input is { IsMap: true, IsChannelsLast: false }, "a map with its channels first", Said(input));
        var isAffine = !isPlain || NameOf(Required(node, 1)) is not null;
        return Become(node, new InstanceNorm2d { Epsilon = epsilon, Affine = isAffine }, input,
            isAffine ? [new("weight", [channels], weight), new("bias", [channels], bias)] : [], NameOf(Required(node, 1)));
    }

    private ImportedValue HardSigmoidOf(OnnxWire.Node node)
    {
        var (alpha, beta) = (Number(node, "alpha", 0.2), Number(node, "beta", 0.5));
        Require(node, Math.Abs(alpha - 1 / 6.0) < 1e-6 && beta == 0.5, "alpha 1/6 and beta 0.5, as PyTorch has them", $"{alpha} and {beta}");
        return Become(node, new HardSigmoid(), Value(node, 0));
    }

    private ImportedValue Gelu(OnnxWire.Node node)
    {
        var way = Attribute(node, "approximate")?.S.ToStringUtf8() ?? "none";
        Require(node, way == "none", "GELU by the error function", way);
        return Become(node, new GELU(), Value(node, 0));
    }

    private ImportedValue Clip(OnnxWire.Node node, ImportedValue input)
    {
        double Bound(string name, int place, double otherwise) =>
            Attribute(node, name) is { } attribute ? attribute.F : Optional(node, place)?.Floats is { Length: 1 } floats ? floats[0] : otherwise;
        var (least, most) = (Bound("min", 1, double.NegativeInfinity), Bound("max", 2, double.PositiveInfinity));
        Require(node, least == 0 && (most == 6 || most >= float.MaxValue), "0 and 6, or 0 alone", $"{least} and {most}");
        return Become(node, most == 6 ? new ReLU6() : new ReLU(), input);
    }

    private ImportedValue Pool(OnnxWire.Node node)
    {
        var (input, isMax) = (Unpadded(node, out var padded), node.OpType == "MaxPool");
        Require(node, input is { IsMap: true, IsChannelsLast: false }, "a map with its channels first", Said(input));
        Require(node, Pair(node, "dilations", 1) == (Size2d)1 && node.Output.Count(output => output.Length > 0) == 1,
            "windows without gaps, and one output", "others");
        var (kernel, stride) = (Pair(node, "kernel_shape", default), Pair(node, "strides", 1));
        Require(node, kernel.IsPositive, "a kernel of two positive sizes", $"{kernel}");
        var inner = input.Shape with { Height = input.Shape.Height + padded.Top + padded.Bottom, Width = input.Shape.Width + padded.Left + padded.Right };
        var (own, isCeil) = (Pads(node, inner, kernel, stride, 1), Integer(node, "ceil_mode", 0) != 0);
        var counts = !isMax && Integer(node, "count_include_pad", 0) != 0;
        var (padding, reach) = (own, own);
        if (padded != default)
        {
            Require(node, isMax ? input.Step.Layer is ReLU or ReLU6 or Sigmoid && own == default : counts || own is { Top: 0, Left: 0 } && !isCeil,
                "padding in one place, and before a MaxPool only where nothing is below 0", $"{padded} before {own}");
            reach = new Padding2d(padded.Top + own.Top, padded.Left + own.Left, padded.Bottom + own.Bottom, padded.Right + own.Right);
            (padding, counts) = (counts ? reach : padded, !isMax);
        }

        return Fitting(node, input, kernel, stride, padding, reach, isCeil, Window);

        Layer Window((Padding2d Padding, bool Ceil) window) => isMax
            ? new MaxPool2d(kernel) { Stride = stride, Padding = window.Padding, CeilMode = window.Ceil }
            : new AveragePool2d(kernel) { Stride = stride, Padding = window.Padding, CeilMode = window.Ceil, CountIncludePad = counts };
    }

    // Padding that only lets the last windows end is what rounding their number up means.
    private ImportedValue Fitting(
        OnnxWire.Node node, ImportedValue input, Size2d kernel, Size2d stride, Padding2d padding, Padding2d reach, bool isCeil,
        Func<(Padding2d, bool), Layer> create)
    {
        if (padding == reach && (isCeil || padding.IsAtMostHalf(kernel)))
            return Become(node, create((padding, isCeil)), input);
        int Count(int size, int before, int after, int window, int step) => (size + before + after - window) / step + 1;
        var rows = Count(input.Shape.Height, reach.Top, reach.Bottom, kernel.Height, stride.Height);
        var columns = Count(input.Shape.Width, reach.Left, reach.Right, kernel.Width, stride.Width);
        var counts = create((default, false)) is AveragePool2d { CountIncludePad: true };
        for (var bottom = counts ? padding.Bottom : 0; bottom <= (counts ? padding.Bottom : kernel.Height / 2); bottom++)
        {
            for (var right = counts ? padding.Right : 0; right <= (counts ? padding.Right : kernel.Width / 2); right++)
            {
                var tried = new Padding2d(padding.Top, padding.Left, bottom, right);
                if (tried.IsAtMostHalf(kernel) && Become(node, create((tried, true)), input) is { } value
                    && (value.Shape.Height, value.Shape.Width) == (rows, columns))
                    return value;
            }
        }

        throw Refused(node, "a padding of at most half the kernel", $"{reach}");
    }

    private Size2d Pair(OnnxWire.Node node, string name, Size2d otherwise) => Attribute(node, name) switch
    {
        null => otherwise,
        { Ints: [>= 1 and < 1 << 20 and var height, >= 1 and < 1 << 20 and var width] } => new Size2d((int)height, (int)width),
        { } other => throw Refused(node, $"two positive numbers as {name}", List(other.Ints)),
    };

    private Padding2d Pads(OnnxWire.Node node, FeatureShape shape, Size2d kernel, Size2d stride, Size2d dilation)
    {
        var way = Attribute(node, "auto_pad")?.S.ToStringUtf8() ?? "NOTSET";
        if (way is "SAME_UPPER" or "SAME_LOWER")
        {
            var (top, bottom) = Same(shape.Height, kernel.Height, stride.Height, dilation.Height);
            var (left, right) = Same(shape.Width, kernel.Width, stride.Width, dilation.Width);
            return new Padding2d(top, left, bottom, right);
        }

        return Attribute(node, "pads")?.Ints is not { Count: > 0 } pads || way == "VALID" ? default
            : pads.Count == 4 && pads.All(pad => pad is >= 0 and < 1 << 20) ? new Padding2d((int)pads[0], (int)pads[1], (int)pads[2], (int)pads[3])
            : throw Refused(node, "four paddings of at least 0", List(pads));

        (int Before, int After) Same(int size, int window, int step, int gap)
        {
            var all = Math.Max(0, ((size + step - 1) / step - 1) * step + (window - 1) * gap + 1 - size);
            return way == "SAME_UPPER" ? (all / 2, all - all / 2) : (all - all / 2, all / 2);
        }
    }

    private ImportedValue Reduce(OnnxWire.Node node, Layer layer)
    {
        var input = Value(node, 0);
        var axes = Integers(node, "axes", 1)?.Select(axis => axis < 0 ? axis + 4 : axis).Order().ToArray() ?? [];
        Require(node, input.IsMap && axes.SequenceEqual(input.IsChannelsLast ? [1, 2] : [2, 3]), "a map's height and width as axes", List(axes));
        return Become(node, layer, input) with { IsMap = Integer(node, "keepdims", 1) != 0 };
    }

    private ImportedValue Pad(OnnxWire.Node node, ImportedValue input)
    {
        var mode = Attribute(node, "mode")?.S.ToStringUtf8() ?? "constant";
        var value = Optional(node, 2)?.Floats?.FirstOrDefault() ?? Attribute(node, "value")?.F ?? 0;
        if (mode != "constant" || value != 0 || !input.IsMap || Integers(node, "pads", 1) is not { Length: 8 } pads
            || pads.Any(pad => pad is < 0 or >= 1 << 20))
            throw Refused(node, "zeros around a map", mode);
        var (rows, columns) = input.IsChannelsLast ? (1, 2) : (2, 3);
        Require(node, pads.Where((_, i) => i % 4 != rows && i % 4 != columns).All(pad => pad == 0),
            "zeros above, below, left and right", List(pads));
        var padding = new Padding2d((int)pads[rows], (int)pads[columns], (int)pads[rows + 4], (int)pads[columns + 4]);
        return input with { Step = new ImportedStep(StepKind.Padded, node, input.Step.Shape, input.Step) { Padding = padding } };
    }

    private static string Said(ImportedValue value) =>
        value.IsMap ? $"{value.Shape.Height}x{value.Shape.Width}x{value.Shape.Channels}{(value.IsChannelsLast ? ", channels last" : "")}"
            : $"{value.Shape.Length} features";
}
