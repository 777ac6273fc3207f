namespace Weft.Tests.Optimizers;

/// <summary>Parameters without a network: optimizers need no more.</summary>
internal sealed unsafe class Tensors : IDisposable
{
    private readonly List<NativeBuffer> _buffers = [];
    private readonly List<Parameter> _parameters = [];
    private readonly List<StateTensor> _state = [];

    public TrainedTensors Trained => new(_parameters, _state);

    public Parameter Add(string name, ParameterKind kind, ReadOnlySpan<float> values)
    {
        var value = new NativeBuffer(values.Length);
        var gradient = new NativeBuffer(values.Length);
        _buffers.AddRange([value, gradient]);
        var parameter = new Parameter(name, kind, new TensorLayout.Same([values.Length]), value.Pointer, gradient.Pointer);
        values.CopyTo(parameter.Value);
        _parameters.Add(parameter);
        _state.Add(parameter.StateOver(name, value));
        return parameter;
    }

    /// <summary>A running statistic: state that no optimizer updates.</summary>
    public Span<float> AddStatistic(string name, ReadOnlySpan<float> values)
    {
        var value = new NativeBuffer(values.Length);
        _buffers.Add(value);
        values.CopyTo(value.Span);
        _state.Add(new StateTensor(name, new TensorLayout.Same([values.Length]), value.Pointer));
        return value.Span;
    }

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());
}
