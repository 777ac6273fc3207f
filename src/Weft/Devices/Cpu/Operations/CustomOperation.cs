using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Runs a <see cref="CustomLayer"/> on dense copies of its maps.</summary>
internal sealed unsafe class CustomOperation : Operation
{
    private readonly CustomLayer _layer;
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly TensorSlot[] _tensors;
    private float[] _inputs = [];
    private float[] _outputs = [];
    private float[] _inputGradients = [];

    public CustomOperation(GraphNode node, CustomLayer layer, ValueStorage input, ValueStorage output)
        : base(node.Path)
    {
        _layer = layer;
        _input = input;
        _output = output;
        _tensors = [.. node.Tensors.Select(tensor => new TensorSlot(tensor, new TensorLayout.Same(tensor.Shape)))];
    }

    public override string Summary => $"{_layer.GetType().Name}, {_input.Shape}→{_output.Shape}";

    public override IEnumerable<TensorSlot> Tensors => _tensors;

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    public override long OwnBytes(CompileOptions options) =>
        (long)options.BatchSize * (_input.Shape.Length * (InputGradients(options) ? 2 : 1) + _output.Shape.Length) * sizeof(float);

    public override void Bind(CpuContext context)
    {
        _inputs = new float[checked(context.BatchSize * _input.Shape.Length)];
        _outputs = new float[checked(context.BatchSize * _output.Shape.Length)];
        if (InputGradients(context.Options))
            _inputGradients = new float[_inputs.Length];
    }

    public override void Forward(in Pass pass)
    {
        var output = _outputs.AsSpan(0, pass.Count * _output.Shape.Length);
        _layer.Forward(new CustomForward(pass.Count, pass.IsTraining, pass.Step, Gather(_input.Map, pass.Count, _inputs), output, Value)
        {
            FirstSample = pass.FirstSample,
        });
        Scatter(output, _output.Map, pass.Count, accumulate: false);
    }

    public override void Backward(in Pass pass)
    {
        foreach (var tensor in _tensors)
            Gradient(tensor).Clear();
        var inputGradient = _input.NeedsGradient ? _inputGradients.AsSpan(0, pass.Count * _input.Shape.Length) : [];
        inputGradient.Clear();
        _layer.Backward(new CustomBackward(
            pass.Count, pass.Step, Gather(_input.Map, pass.Count, _inputs), Gather(_output.Gradient, pass.Count, _outputs), inputGradient, Value, i =>
                Gradient(_tensors[i]))
        {
            FirstSample = pass.FirstSample,
        });
        if (_input.NeedsGradient)
            Scatter(inputGradient, _input.Gradient, pass.Count, _input.Accumulates(this));
    }

    private bool InputGradients(CompileOptions options) => options.Training && _input.NeedsGradient;

    private Span<float> Value(int tensor) => new(_tensors[tensor].Value, _tensors[tensor].Layout.Length);

    private static Span<float> Gradient(TensorSlot tensor) => tensor.Gradient == null ? [] : new(tensor.Gradient, tensor.Layout.Length);

    private static ReadOnlySpan<float> Gather(in FeatureMap map, int count, float[] destination)
    {
        var to = 0;
        for (var n = 0; n < count; n++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                for (var x = 0; x < map.Width; x++, to += map.Channels)
                    new ReadOnlySpan<float>(map.Pixel(n, y, x), map.Channels).CopyTo(destination.AsSpan(to));
            }
        }

        return destination.AsSpan(0, to);
    }

    private static void Scatter(ReadOnlySpan<float> source, in FeatureMap map, int count, bool accumulate)
    {
        for (var n = 0; n < count; n++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                for (var x = 0; x < map.Width; x++, source = source[map.Channels..])
                {
                    var pixel = new Span<float>(map.Pixel(n, y, x), map.Channels);
                    if (accumulate)
                        ElementLoops.AddScaled(pixel, source[..map.Channels], 1);
                    else
                        source[..map.Channels].CopyTo(pixel);
                }
            }
        }
    }
}
