namespace Weft.Devices.Cpu;

/// <summary>A copy of tensors' elements, as the engine has them, in memory of its own.</summary>
internal sealed class TensorSnapshot : IDisposable
{
    private readonly StateTensor[] _tensors;
    private readonly NativeBuffer[] _copies;

    public TensorSnapshot(IEnumerable<StateTensor> tensors)
    {
        _tensors = [.. tensors];
        _copies = [.. _tensors.Select(tensor => new NativeBuffer(tensor.StorageLength))];
    }

    public void Save()
    {
        for (var i = 0; i < _tensors.Length; i++)
            _tensors[i].UnsafeSpan.CopyTo(_copies[i].Span);
    }

    public void Restore()
    {
        for (var i = 0; i < _tensors.Length; i++)
            _copies[i].Span.CopyTo(_tensors[i].UnsafeSpan);
    }

    public void Dispose()
    {
        foreach (var copy in _copies)
            copy.Dispose();
    }
}
