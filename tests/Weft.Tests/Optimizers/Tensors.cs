namespace Weft.Tests.Optimizers;

/// <summary>Parameters without a network: optimizers need no more.</summary>
internal sealed class Tensors : IDisposable
{
    private readonly List<(TensorSlot Slot, float[] Values)> _added = [];
    private CpuTensors? _trained;

    /// <summary>From here on nothing can be added.</summary>
    public CpuTensors Trained
    {
        get
        {
            if (_trained is null)
            {
                _trained = new CpuTensors(_added.Select(added => added.Slot), team: null, training: true);
                foreach (var (tensor, added) in _trained.State.Zip(_added))
                    tensor.CopyFrom(added.Values);
            }

            return _trained;
        }
    }

    public TestParameter Add(string name, ParameterKind kind, ReadOnlySpan<float> values) => new(this, Add(name, kind, values, isTrainable: true));

    /// <summary>A running statistic: state that no optimizer updates.</summary>
    public TestParameter AddStatistic(string name, ReadOnlySpan<float> values) => new(this, Add(name, ParameterKind.NormShift, values, isTrainable: false));

    public void Dispose() => _trained?.Dispose();

    private TensorSlot Add(string name, ParameterKind kind, ReadOnlySpan<float> values, bool isTrainable)
    {
        Assert.Null(_trained);
        var slot = new TensorSlot(
            new LayerTensor(name, kind, [values.Length], default) { IsTrainable = isTrainable }, new TensorLayout.Same([values.Length]));
        _added.Add((slot, values.ToArray()));
        return slot;
    }
}

/// <summary>A tensor's memory itself, to write gradients to and to compare bits.</summary>
internal sealed unsafe class TestParameter(Tensors owner, TensorSlot slot)
{
    public int Length => slot.Layout.Length;

    public Span<float> Value => owner.Trained is null ? default : new(slot.Value, Length);

    public Span<float> Gradient => owner.Trained is null ? default : new(slot.Gradient, Length);
}
