using Weft.Training;

namespace Weft.Interchange;

/// <summary>Follows the operations of an ONNX file in their order.</summary>
internal sealed partial class OnnxReader
{
    private const int MostNodes = 100_000;
    private const int OldestOpset = 7;
    private const int NewestOpset = 25;

    private readonly OnnxWire.Model _model;
    private readonly string _where;
    private readonly Dictionary<string, ImportedValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxWire.Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxConstant> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);
    private readonly List<ImportedStep> _concats = [];

    public OnnxReader(OnnxWire.Model model, string where) => (_model, _where) = (model, where);

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no layers compute what the file does.</exception>
    public OnnxNetwork Read()
    {
        var graph = _model.Graph;
        RequireKnown(graph);
        foreach (var tensor in graph.Initializer)
            _tensors[tensor.Name] = tensor;
        var inputs = graph.Input.Where(value => !_tensors.ContainsKey(value.Name)).ToList();
        if (inputs is not [var input])
            throw Refused("the graph", "one input, a picture", $"{inputs.Count} inputs: {string.Join(", ", inputs.Select(value => value.Name).Take(5))}");
        _values[input.Name] = Images(input);
        foreach (var (name, readers) in graph.Node.SelectMany(node => node.Input).CountBy(name => name))
            _readers[name] = readers;
        foreach (var node in graph.Node)
            Read(node);
        var logits = Logits(graph);
        var leaf = logits.Step;
        while (leaf.Fork is { } before)
            leaf = before;
        if (leaf.Kind != StepKind.Input)
            throw Refused(leaf, "takes its input in two ways");
        var structure = new OnnxStructure(leaf, Refused);
        var body = structure.Build(logits.Step);
        var description = new NetworkDescription(graph.Name.Length is > 0 and < 100 ? graph.Name : "imported", _values[input.Name].Shape, body);
        try
        {
            if (logits.IsMap && logits.Shape.Pixels > 1 || description.InferOutput() is not { IsFlat: true })
                throw Refused(logits.Step, "is no row of logits");
        }
        catch (NetworkException misfit)
        {
            throw Refused(misfit.Subject, misfit.Expected, misfit.Received);
        }

        return new OnnxNetwork(description, structure.Weights, leaf, input.Type.TensorType.ElemType == OnnxFile.Byte,
            _model.MetadataProps.GroupBy(property => property.Key).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal));
    }

    private void RequireKnown(OnnxWire.Graph graph)
    {
        if (graph.Node.Count > MostNodes)
            throw Refused("the graph", $"at most {MostNodes:N0} operations", $"{graph.Node.Count:N0}");
        if (_model.Functions.Count > 0 || graph.SparseInitializer.Count > 0)
            throw Refused("the graph", "operations and dense weights alone", "functions, or sparse weights");
        var opset = _model.OpsetImport.Where(set => set.Domain is "" or "ai.onnx").Select(set => set.Version).DefaultIfEmpty(1).Max();
        if (opset is < OldestOpset or > NewestOpset)
            throw Refused("the graph", $"operators of a version from {OldestOpset} to {NewestOpset}", $"{opset}");
    }

    private ImportedValue Images(OnnxWire.Value input)
    {
        var type = input.Type?.TensorType;
        long[] sizes = [.. type?.Shape?.Dim.Select(dimension => dimension.DimValue) ?? []]; // 0 for a name
        if (type?.ElemType is not (OnnxFile.Float or OnnxFile.Byte) || sizes.Length != 4 || sizes[1..].Any(size => size is < 1 or > 1 << 20))
        {
            throw Refused($"the input {input.Name}", "floats or bytes of [batch, channels, height, width], all but the first as numbers",
                $"type {type?.ElemType}, [{string.Join(", ", sizes.Select(size => size == 0 ? "?" : $"{size}"))}]");
        }

        // Channels come last where only the last number can be one of channels, as TensorFlow has them.
        var isLast = sizes[3] is 1 or 3 or 4 && sizes[1] is not (1 or 3 or 4);
        var shape = isLast ? new FeatureShape((int)sizes[1], (int)sizes[2], (int)sizes[3]) : new FeatureShape((int)sizes[2], (int)sizes[3], (int)sizes[1]);
        return new ImportedValue(new ImportedStep(StepKind.Input, null, shape), shape, IsMap: true, isLast);
    }

    // What the last Softmax takes, where there is one.
    private ImportedValue Logits(OnnxWire.Graph graph)
    {
        var outputs = graph.Output.Select(output => (output.Name, Value: _values.GetValueOrDefault(output.Name))).ToList();
        if (outputs.FirstOrDefault(output => output is { Name: OnnxWriter.Logits, Value: not null }).Value is { } named)
            return named;
        var found = outputs.Where(output => output.Value is not null and not { Step.Kind: StepKind.ArgMax }).Select(output =>
            output.Value is { Step: { Kind: StepKind.Softmax } softmax } value ? value.With(softmax.Input) : output.Value!)
            .DistinctBy(value => value.Step).ToList();
        return found is [var only] ? only
            : throw Refused("the graph", "one output: logits, or probabilities", string.Join(", ", outputs.Select(output => output.Name).Take(5)));
    }

    private void Read(OnnxWire.Node node)
    {
        if (node.Domain is not ("" or "ai.onnx") || node.Output.Count == 0 || node.Attribute.Any(attribute => attribute.HasG || attribute.Graphs.Count > 0))
            throw Refused(node, "operators of the format itself, without graphs within them", $"{node.Domain} {node.OpType}");
        if (IsConstant(node) && Fold(node) is { } constant)
            _constants[node.Output[0]] = constant;
        else
            _values[node.Output[0]] = Operate(node);
    }

    private bool IsConstant(OnnxWire.Node node) => node.OpType is "Shape" || node.Input.All(name => name.Length == 0 || !_values.ContainsKey(name));

    private ImportedValue Value(OnnxWire.Node node, int input) =>
        node.Input.ElementAtOrDefault(input) is { Length: > 0 } name && _values.TryGetValue(name, out var value) ? value
            : throw Refused(node, $"a value of an operation before it as input {input}", node.Input.ElementAtOrDefault(input) ?? "nothing");

    private bool IsValue(OnnxWire.Node node, int input) => node.Input.ElementAtOrDefault(input) is { } name && _values.ContainsKey(name);

    // Null where the input is left out.
    private OnnxConstant? Optional(OnnxWire.Node node, int input) =>
        node.Input.ElementAtOrDefault(input) is not { Length: > 0 } name ? null
            : Constant(name) ?? throw Refused(node, $"numbers that stand in the file as input {input}", name);

    private OnnxConstant Required(OnnxWire.Node node, int input) =>
        Optional(node, input) ?? throw Refused(node, $"numbers that stand in the file as input {input}", "nothing");

    private OnnxConstant? Constant(string name)
    {
        if (_constants.TryGetValue(name, out var known))
            return known;
        return _tensors.TryGetValue(name, out var tensor) ? _constants[name] = ToConstant(tensor, name) : null;
    }

    private OnnxConstant ToConstant(OnnxWire.Tensor tensor, string name)
    {
        if (OnnxFile.IsFloat(tensor))
            return new OnnxConstant(name, [.. tensor.Dims], OnnxFile.ToTensor(tensor, _where).Values.ToArray(), null);
        var values = OnnxFile.ToIntegers(tensor, _where);
        return new OnnxConstant(name, [.. tensor.Dims], null, values);
    }

    private float[] Floats(OnnxWire.Node node, int input, params long[] dims)
    {
        var constant = Required(node, input);
        return constant.Floats is { } floats && (dims.Length == 0 || constant.Dims.SequenceEqual(dims)) ? floats
            : throw Refused(node, dims.Length == 0 ? $"floats as input {input}" : $"floats of [{string.Join(", ", dims)}] as input {input}",
                List(constant.Dims));
    }

    private static OnnxWire.Attribute? Attribute(OnnxWire.Node node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    private static long Integer(OnnxWire.Node node, string name, long otherwise) => Attribute(node, name)?.I ?? otherwise;

    // The number that was written down, not the float that it became: 1e-5 and not 9.99999974e-6.
    private static double Number(OnnxWire.Node node, string name, double otherwise) =>
        Attribute(node, name) is { } attribute ? double.Parse($"{attribute.F:R}", System.Globalization.CultureInfo.InvariantCulture) : otherwise;

    private void Require(OnnxWire.Node node, bool condition, string expected, string found)
    {
        if (!condition)
            throw Refused(node, expected, found);
    }

    private WeftException Refused(OnnxWire.Node node, string expected, string found) => Refused($"{node.OpType} {Named(node)}", expected, found);

    private WeftException Refused(ImportedStep step, string found) => step.Node is { } node
        ? Refused(node, "operations that layers of Weft compute, one after the other or in branches that meet again", found)
        : Refused("the input", "a network", found);

    private WeftException Refused(string subject, string expected, string found) =>
        new(ErrorKind.InvalidInput, "this ONNX network cannot be made of layers")
        {
            Where = $"{_where}: {subject}", Expected = expected, Found = found, Safe = "nothing was written",
        };

    private static string List(IEnumerable<long> numbers) => $"[{string.Join(", ", numbers)}]";

    private static string Named(OnnxWire.Node node) => node.Name.Length > 0 ? node.Name : $"that gives {node.Output.FirstOrDefault()}";
}
