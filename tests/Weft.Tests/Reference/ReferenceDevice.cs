using System.Numerics;

namespace Weft.Tests.Reference;

/// <summary>
/// A second device: the definitions in double, with tensors that are kept as floats. It is slow, and it shows that nothing above the seam knows which device it
/// has.
/// </summary>
internal sealed class ReferenceDevice : Device
{
    public override string Summary => "reference, double precision";

    public override int Threads => 1;

    public override NumericProfile NumericProfile => new("reference", 64);

    public override void Dispose() { }

    internal override CompiledGraph Compile(NetworkGraph graph, CompileOptions options) => new ReferenceGraph(graph, options);

    internal override NetworkMemory Measure(NetworkGraph graph, CompileOptions options)
    {
        long state = graph.Tensors.Sum(tensor => (long)tensor.Length) * sizeof(double),
            parameters = graph.Tensors.Where(tensor => tensor.IsTrainable).Sum(tensor => (long)tensor.Length);
        return new NetworkMemory(ReferenceGraph.BytesOf(graph, options), parameters * sizeof(double), state);
    }
}

internal sealed class ReferenceGraph : CompiledGraph
{
    private readonly NetworkGraph _graph;
    private readonly CompileOptions _options;
    private readonly ReferenceLayers _layers;
    private readonly Dictionary<GraphValue, ReferenceMap> _values = [];
    private readonly List<(GraphNode Node, Func<ReferenceMap, ReferenceMap[]> Backward)> _steps = [];
    private readonly ReferenceDeviceTensors _tensors;
    private readonly float[] _logits;
    private readonly float[] _logitsGradient;
    private readonly float[] _inputGradient;
    private readonly Dictionary<string, (double Rate, bool OfChannels, int Number)> _dropouts = [];

    public ReferenceGraph(NetworkGraph graph, CompileOptions options)
    {
        (_graph, _options) = (graph, options);
        _layers = new(seed: 0) { FrozenNormStatistics = options.FrozenNormStatistics };
        _tensors = new ReferenceDeviceTensors(graph, options.Training, _layers.Tensors);
        _logits = new float[options.BatchSize * graph.Output.Shape.Channels];
        _logitsGradient = options.Training ? new float[_logits.Length] : [];
        _inputGradient = options.InputGradient ? new float[options.BatchSize * graph.Input.Shape.Length] : [];
        foreach (var node in graph.Nodes)
        {
            if (node.Layer is Dropout dropout)
                _dropouts[node.Path] = (dropout.Rate, false, _dropouts.Count);
            else if (node.Layer is SpatialDropout spatial)
                _dropouts[node.Path] = (spatial.Rate, true, _dropouts.Count);
        }

        Operations = [.. graph.Nodes.Select(node => new OperationInfo(
            node.Path, $"reference {node.Layer.GetType().Name}", node.Tensors.Where(tensor => tensor.IsTrainable).Sum(tensor => (long)tensor.Length), 0, 0))];
    }

    public override DeviceTensors Tensors => _tensors;

    public override IReadOnlyList<OperationInfo> Operations { get; }

    public override long MemoryBytes => BytesOf(_graph, _options);

    public override ReadOnlySpan<float> Logits => _logits;

    public override Span<float> LogitsGradient => _logitsGradient;

    public override ReadOnlySpan<float> InputGradient => _inputGradient;

    public static long BytesOf(NetworkGraph graph, CompileOptions options) =>
        graph.Tensors.Sum(tensor => (long)tensor.Length) * (options.Training ? 2 : 1) * sizeof(double)
        + graph.Nodes.Sum(node => (long)node.Output.Shape.Length) * options.BatchSize * sizeof(double);

    public override void Forward(ReadOnlySpan<float> images, in Pass pass)
    {
        if (pass.IsTraining)
            DrawMasks(pass);
        else
            _layers.DropoutMasks.Clear();
        _steps.Clear();
        _values[_graph.Input] = ReferenceMap.FromNhwc(images, pass.Count, _graph.Input.Shape);
        foreach (var node in _graph.Nodes)
        {
            var (output, backward) = Run(node, [.. node.Inputs.Select(input => _values[input])], pass.IsTraining);
            _values[node.Output] = output;
            _steps.Add((node, backward));
        }

        var logits = _values[_graph.Output].Data;
        for (var i = 0; i < logits.Length; i++)
            _logits[Place(_graph.Output, i)] = (float)logits[i];
        _tensors.Round(); // running statistics
        Finish(backward: false);
    }

    public override void Backward(in Pass pass)
    {
        Assert.Null(pass.Sink);
        var gradients = new Dictionary<GraphValue, ReferenceMap>
        {
            [_graph.Output] = _values[_graph.Output] with
            {
                Data = [.. _logitsGradient[..(pass.Count * _graph.Output.Shape.Channels)]
                .Select(value => (double)value)]
            },
        };
        for (var i = _steps.Count - 1; i >= 0; i--)
        {
            var (node, backward) = _steps[i];
            foreach (var (input, gradient) in node.Inputs.Zip(backward(gradients[node.Output])))
                gradients[input] = gradients.TryGetValue(input, out var sum) ? sum.Plus(gradient) : gradient;
        }

        if (_options.InputGradient)
            gradients[_graph.Input].ToNhwc().CopyTo(_inputGradient, 0);
        Finish(backward: true);
    }

    public override string? FindNonFiniteOutput(int count) =>
        _steps.FirstOrDefault(step => !_values[step.Node.Output].Data.All(double.IsFinite)).Node?.Path;

    public override void Dispose() { }

    private (ReferenceMap Output, Func<ReferenceMap, ReferenceMap[]> Backward) Run(GraphNode node, ReferenceMap[] inputs, bool training)
    {
        // What several inputs meet in is written for branches: here a branch is a value that is there, and what comes back to it is caught.
        var caught = new ReferenceMap[inputs.Length];
        ReferenceStep[] branches = [.. inputs.Select((input, i) => new ReferenceStep(input, gradient =>
        {
            caught[i] = gradient;
            return inputs[0].Like();
        }))];
        var step = node.Layer switch
        {
            Concat => ReferenceBranches.Concat(branches, inputs[0]),
            Residual => ReferenceBranches.Add(branches[0], branches[1]),
            ChannelGate => ReferenceBranches.Gate(branches[1], inputs[0]),
            _ => _layers.Apply(node.Layer, node.Path, inputs[0], training),
        };
        return (step.Output, gradient =>
        {
            var first = step.Backward(gradient);
            if (node.Layer is not (Concat or Residual))
                caught[0] = first;
            return caught;
        }
        );
    }

    private void Finish(bool backward)
    {
        foreach (var operation in Operations)
            Finished?.Invoke(operation, backward);
    }

    // The mask by its definition: element i of a step, in the order [n, y, x, c] or [n, c], is kept where a hash of it and of the step's key is not below the
    // rate.
    private void DrawMasks(in Pass pass)
    {
        foreach (var node in _graph.Nodes.Where(node => _dropouts.ContainsKey(node.Path)))
        {
            var (rate, ofChannels, number) = _dropouts[node.Path];
            var key = (uint)Rng.For(_options.Seed, RngPurpose.Dropout).Derive(number).Derive(pass.Step).UInt64(0);
            var shape = node.Output.Shape;
            var mask = new double[pass.Count * shape.Length];
            for (var i = 0; i < mask.Length; i++)
            {
                var whole = pass.FirstSample * shape.Length + i; // in the whole batch
                var element = ofChannels && !shape.IsFlat ? whole / shape.Pixels : Place(node.Output, whole);
                mask[i] = Hash((uint)element * 0x9E3779B9u + key) >= rate * 4294967296.0 ? 1 / (1 - rate) : 0;
            }

            _layers.DropoutMasks[node.Path] = mask;
        }
    }

    // Where element i of [n, c, y, x] stands in the engine's order [n, y, x, c]; a flattened map keeps the order that it has, up to the first layer with
    // weights.
    private static int Place(GraphValue value, int i)
    {
        var order = Order(value);
        var (n, rest) = Math.DivRem(i, order.Length);
        var (c, pixel) = Math.DivRem(rest, order.Pixels);
        return (n * order.Pixels + pixel) * order.Channels + c;
    }

    private static FeatureShape Order(GraphValue value) => value.Producer switch
    {
        { Layer: Flatten } node => Order(node.Input),
        { Layer: ReLU or Activation or Dropout or SpatialDropout } node => Order(node.Input),
        _ => value.Shape,
    };

    private static uint Hash(uint h)
    {
        h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
        h = (h ^ (h >> 13)) * 0xC2B2AE35u;
        return h ^ (h >> 16);
    }
}

/// <summary>Tensors in PyTorch's layout, computed with in double and rounded to float whenever they changed.</summary>
internal sealed class ReferenceDeviceTensors : DeviceTensors
{
    private readonly (LayerTensor Tensor, double[] Values)[] _state;
    private readonly (LayerTensor Tensor, double[] Values)[] _trained;
    private readonly ReferenceTensors _reference;
    private readonly Dictionary<string, double[]> _kept = [];

    public ReferenceDeviceTensors(NetworkGraph graph, bool training, ReferenceTensors reference)
    {
        _reference = reference;
        _state = [.. graph.Tensors.Select(tensor => (tensor, new double[tensor.Length]))];
        _trained = [.. _state.Where(entry => entry.Tensor.IsTrainable)];
        foreach (var (tensor, values) in _state)
            reference.Values[ReferenceTensors.Key(tensor.Name)] = values;
        State = [.. _state.Select(entry => new ReferenceTensor(entry.Tensor.Name, entry.Tensor.Shape, () => entry.Values))];
        if (training)
        {
            foreach (var (tensor, values) in _trained)
                reference.Gradients[ReferenceTensors.Key(tensor.Name)] = new double[values.Length];
            Parameters = [.. _trained.Select(entry => new Parameter(
                entry.Tensor.Kind,
                new ReferenceTensor(entry.Tensor.Name, entry.Tensor.Shape, () => entry.Values),
                new ReferenceTensor(entry.Tensor.Name, entry.Tensor.Shape, () => Gradient(entry.Tensor))))];
        }
    }

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlyList<DeviceTensor> State { get; }

    public void Round() => Array.ForEach(_state, entry => Round(entry.Values));

    public override GradientSum AllocateGradientSum() => new ReferenceGradientSum(
        [.. _state.Select(entry => (entry.Values, entry.Tensor.IsTrainable ? Gradient : (Func<LayerTensor, double[]>?)null, entry.Tensor))], _kept);

    public override void KeepStatistics()
    {
        foreach (var (tensor, values) in _state.Where(entry => !entry.Tensor.IsTrainable))
            _kept[tensor.Name] = [.. values];
    }

    internal override TensorSet AllocateForParameters(string prefix) => new ReferenceTensorSet(prefix, _trained);

    internal override TensorSet AllocateForState(string prefix) => new ReferenceTensorSet(prefix, _state);

    internal override double GradientNorm() => Math.Sqrt(_trained.Sum(entry => Gradient(entry.Tensor).Sum(g => (double)(float)g * (float)g)));

    internal override void AddGradients(float scale) => ForEach(_trained, (t, i) => _trained[t].Values[i] += scale * Gradient(_trained[t].Tensor)[i]);

    internal override void SaveState(TensorSet copy) => ForEach(_state, (t, i) => ((ReferenceTensorSet)copy).Values[t][i] = _state[t].Values[i]);

    internal override void RestoreState(TensorSet copy) => ForEach(_state, (t, i) => _state[t].Values[i] = ((ReferenceTensorSet)copy).Values[t][i]);

    internal override void ExchangeState(TensorSet other) => ForEach(_state, (t, i) =>
        (_state[t].Values[i], ((ReferenceTensorSet)other).Values[t][i]) = (((ReferenceTensorSet)other).Values[t][i], _state[t].Values[i]));

    internal override void BlendState(TensorSet average, float part) => ForEach(_state, (t, i) =>
    {
        ref var mean = ref ((ReferenceTensorSet)average).Values[t][i];
        mean = (float)(mean + part * (_state[t].Values[i] - mean));
    });

    internal override ElementwiseUpdate<TRule> CreateUpdate<TRule>(TensorSet? first, TensorSet? second, int[] groups) =>
        new Update<TRule>(this, (ReferenceTensorSet?)first, (ReferenceTensorSet?)second, groups);

    private double[] Gradient(LayerTensor tensor) => _reference.Gradients[ReferenceTensors.Key(tensor.Name)];

    private static void Round(double[] values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)values[i];
    }

    private static void ForEach((LayerTensor Tensor, double[] Values)[] tensors, Action<int, int> act)
    {
        for (var t = 0; t < tensors.Length; t++)
        {
            for (var i = 0; i < tensors[t].Values.Length; i++)
                act(t, i);
            Round(tensors[t].Values);
        }
    }

    private sealed class Update<TRule>(ReferenceDeviceTensors tensors, ReferenceTensorSet? first, ReferenceTensorSet? second, int[] groups)
        : ElementwiseUpdate<TRule>
        where TRule : struct, IUpdateRule
    {
        private TRule[] _rules = [];
        private float _scale;

        public override IGradientSink? Sink => null;

        public override void Prepare(ReadOnlySpan<TRule> rules, float scale) => (_rules, _scale) = (rules.ToArray(), scale);

        public override void Apply(bool exceptTaken)
        {
            Assert.False(exceptTaken);
            ForEach(tensors._trained, (t, i) =>
            {
                var (tensor, values) = tensors._trained[t];
                var rule = _rules[groups[t]];
                var weight = new Vector<float>((float)values[i]);
                var m = new Vector<float>((float)(first?.Values[t][i] ?? 0));
                var v = new Vector<float>((float)(second?.Values[t][i] ?? 0));
                rule.Update(ref weight, new Vector<float>(_scale * (float)tensors.Gradient(tensor)[i]), ref m, ref v);
                values[i] = weight[0];
                if (first is not null)
                    first.Values[t][i] = m[0];
                if (second is not null)
                    second.Values[t][i] = v[0];
            });
        }
    }
}

internal sealed class ReferenceGradientSum(
    (double[] Values, Func<LayerTensor, double[]>? Gradient, LayerTensor Tensor)[] state, Dictionary<string, double[]> kept) : GradientSum
{
    private readonly float[] _values = new float[state.Sum(entry => entry.Values.Length)];

    public override Span<float> Values => _values;

    public override void Take(float scale) => ForEach((entry, i, place) =>
    {
        _values[place] = scale * (float)(entry.Gradient?.Invoke(entry.Tensor) ?? entry.Values)[i];
        if (entry.Gradient is null)
            entry.Values[i] = kept[entry.Tensor.Name][i];
    });

    public override void Add(GradientSum other)
    {
        for (var i = 0; i < _values.Length; i++)
            _values[i] += other.Values[i];
    }

    public override void Give(bool withStatistics) => ForEach((entry, i, place) =>
    {
        if (entry.Gradient is not null)
            entry.Gradient(entry.Tensor)[i] = _values[place];
        else if (withStatistics)
            entry.Values[i] = _values[place];
    });

    public override void Dispose() { }

    private void ForEach(Action<(double[] Values, Func<LayerTensor, double[]>? Gradient, LayerTensor Tensor), int, int> act)
    {
        var place = 0;
        foreach (var entry in state)
        {
            for (var i = 0; i < entry.Values.Length; i++)
                act(entry, i, place++);
        }
    }
}

internal sealed class ReferenceTensorSet : TensorSet
{
    public ReferenceTensorSet(string prefix, (LayerTensor Tensor, double[] Values)[] like)
    {
        Values = [.. like.Select(entry => new double[entry.Values.Length])];
        Tensors = [.. like.Select((entry, i) => new ReferenceTensor($"{prefix}.{entry.Tensor.Name}", entry.Tensor.Shape, () => Values[i]))];
    }

    public double[][] Values { get; }

    public override IReadOnlyList<DeviceTensor> Tensors { get; }

    public override void Dispose() { }
}

internal sealed class ReferenceTensor(string name, System.Collections.Immutable.ImmutableArray<int> shape, Func<double[]> values) : DeviceTensor(name, shape)
{
    public override bool IsFinite => values().All(double.IsFinite);

    private protected override void Read(Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
            destination[i] = (float)values()[i];
    }

    private protected override void Write(ReadOnlySpan<float> source)
    {
        for (var i = 0; i < source.Length; i++)
            values()[i] = source[i];
    }
}
