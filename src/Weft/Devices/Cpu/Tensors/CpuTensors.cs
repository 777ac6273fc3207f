using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>A network's tensors in native memory: all values in one buffer, all gradients in another.</summary>
internal sealed unsafe class CpuTensors : DeviceTensors, IDisposable
{
    private const int LineFloats = 16;

    // A partial panel of columns reads up to a panel past the last element of a buffer.
    public const int Slack = 64;

    private readonly TensorSlot[] _state;
    private readonly TensorSlot[] _trained;
    private readonly NativeBuffer? _values;
    private readonly NativeBuffer? _gradients;
    private readonly ElementChunks _parameterChunks;
    private readonly ElementChunks _stateChunks;
    private readonly ElementChunks _keptChunks;
    private readonly double[] _sums;

    /// <param name="slots">In the description's order.</param>
    /// <param name="team">Who shares the work; null for the calling thread alone.</param>
    /// <param name="training">Whether there are gradients.</param>
    /// <param name="takesMemory">False: only <see cref="Floats"/> is wanted.</param>
    public CpuTensors(IEnumerable<TensorSlot> slots, WorkerTeam? team, bool training, bool takesMemory = true)
    {
        _state = [.. slots];
        _trained = [.. _state.Where(slot => slot.Tensor.IsTrainable)];
        Floats = Lines(_state) + Slack + (training ? Lines(_trained) + Slack : 0);
        for (var i = 0; i < _trained.Length; i++)
            _trained[i].Place = i;
        if (takesMemory)
        {
            _values = new NativeBuffer(Lines(_state) + Slack);
            Place(_state, _values, (slot, memory) => slot.Value = (float*)memory);
            State = [.. _state.Select(slot => new CpuTensor(slot.Tensor.Name, slot.Layout, slot.Value, this))];
        }

        if (takesMemory && training)
        {
            _gradients = new NativeBuffer(Lines(_trained) + Slack);
            Place(_trained, _gradients, (slot, memory) => slot.Gradient = (float*)memory);
            Parameters = [.. _trained.Select(slot => new Parameter(
                slot.Tensor.Kind, new CpuTensor(slot.Tensor.Name, slot.Layout, slot.Value, this),
                    new CpuTensor(slot.Tensor.Name, slot.Layout, slot.Gradient, null)))];
        }

        _parameterChunks = new ElementChunks(_trained.Select(slot => slot.Layout.StorageLength), team);
        _stateChunks = new ElementChunks(_state.Select(slot => slot.Layout.StorageLength), team);
        _keptChunks = new ElementChunks(_trained.Select(slot => slot.GoesToSink ? 0 : slot.Layout.StorageLength), team);
        _sums = new double[_parameterChunks.Count];
    }

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlyList<DeviceTensor> State { get; } = [];

    /// <summary>Floats of native memory.</summary>
    public long Floats { get; }

    /// <summary>Grows with every change of a value.</summary>
    public long Version { get; private set; } = 1;

    public IReadOnlyList<TensorSlot> StateSlots => _state;

    public IReadOnlyList<TensorSlot> TrainedSlots => _trained;

    public void Changed() => Version++;

    public void Dispose()
    {
        _values?.Dispose();
        _gradients?.Dispose();
    }

    public override GradientSum AllocateGradientSum() => new CpuGradientSum(this, _stateChunks);

    public override void KeepStatistics()
    {
        foreach (var slot in _state)
        {
            if (!slot.Tensor.IsTrainable)
                Value(slot, 0, slot.Layout.StorageLength).CopyTo(slot.KeptStatistic ??= new float[slot.Layout.StorageLength]);
        }
    }

    internal override TensorSet AllocateForParameters(string prefix) => new CpuTensorSet(_trained, prefix);

    internal override TensorSet AllocateForState(string prefix) => new CpuTensorSet(_state, prefix);

    internal override double GradientNorm()
    {
        _parameterChunks.Run(new NormWork(_trained, _sums));
        var total = 0.0;
        foreach (var sum in _sums)
            total += sum;
        return Math.Sqrt(total);
    }

    internal override void AddGradients(float scale)
    {
        _parameterChunks.Run(new AddWork(_trained, scale));
        Changed();
    }

    internal override void SaveState(TensorSet copy) => _stateChunks.Run(new CopyWork(_state, (CpuTensorSet)copy, FromState: true));

    internal override void RestoreState(TensorSet copy)
    {
        _stateChunks.Run(new CopyWork(_state, (CpuTensorSet)copy, FromState: false));
        Changed();
    }

    internal override void ExchangeState(TensorSet other)
    {
        _stateChunks.Run(new ExchangeWork(_state, (CpuTensorSet)other));
        Changed();
    }

    internal override void BlendState(TensorSet average, float part) => _stateChunks.Run(new BlendWork(_state, (CpuTensorSet)average, part));

    internal override ElementwiseUpdate<TRule> CreateUpdate<TRule>(TensorSet? first, TensorSet? second, int[] groups) =>
        new CpuUpdate<TRule>(this, _parameterChunks, _keptChunks, (CpuTensorSet?)first, (CpuTensorSet?)second, groups);

    private static void Place(TensorSlot[] slots, NativeBuffer buffer, Action<TensorSlot, nint> place)
    {
        var memory = buffer.Pointer;
        foreach (var slot in slots)
        {
            place(slot, (nint)memory);
            memory += Lines(slot.Layout.StorageLength);
        }
    }

    private static long Lines(TensorSlot[] slots) => slots.Sum(slot => Lines(slot.Layout.StorageLength));

    public static long Lines(long length) => (length + LineFloats - 1) / LineFloats * LineFloats;

    private static Span<float> Value(TensorSlot slot, int start, int length) => new(slot.Value + start, length);

    private readonly struct NormWork(TensorSlot[] slots, double[] sums) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) => sums[chunk] = ElementLoops.SumOfSquares(new(slots[tensor].Gradient + start, length));
    }

    private readonly struct AddWork(TensorSlot[] slots, float scale) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) =>
            ElementLoops.AddScaled(Value(slots[tensor], start, length), new ReadOnlySpan<float>(slots[tensor].Gradient + start, length), scale);
    }

    private readonly record struct CopyWork(TensorSlot[] State, CpuTensorSet Copy, bool FromState) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length)
        {
            Span<float> state = Value(State[tensor], start, length), copy = Copy.Span(tensor, start, length);
            if (FromState)
                state.CopyTo(copy);
            else
                copy.CopyTo(state);
        }
    }

    private readonly struct ExchangeWork(TensorSlot[] state, CpuTensorSet other) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) =>
            ElementLoops.Exchange(Value(state[tensor], start, length), other.Span(tensor, start, length));
    }

    private readonly struct BlendWork(TensorSlot[] state, CpuTensorSet average, float part) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length)
        {
            if (part == 1)
                Value(state[tensor], start, length).CopyTo(average.Span(tensor, start, length));
            else
                ElementLoops.MoveTowards(average.Span(tensor, start, length), Value(state[tensor], start, length), part);
        }
    }
}

/// <summary>Tensors next to a network's, each in memory of its own.</summary>
internal sealed unsafe class CpuTensorSet : TensorSet
{
    private readonly NativeBuffer[] _memory;

    public CpuTensorSet(TensorSlot[] like, string prefix)
    {
        _memory = [.. like.Select(slot => new NativeBuffer(slot.Layout.StorageLength))];
        Tensors = [.. like.Select((slot, i) => new CpuTensor($"{prefix}.{slot.Tensor.Name}", slot.Layout, _memory[i].Pointer, null))];
    }

    public override IReadOnlyList<DeviceTensor> Tensors { get; }

    public float* Pointer(int tensor) => _memory[tensor].Pointer;

    public Span<float> Span(int tensor, int start, int length) => new(_memory[tensor].Pointer + start, length);

    public override void Dispose()
    {
        foreach (var buffer in _memory)
            buffer.Dispose();
    }
}

/// <param name="owner">Whose weights change with the tensor; null for a tensor that no operation reads.</param>
internal sealed unsafe class CpuTensor(string name, TensorLayout layout, float* memory, CpuTensors? owner) : DeviceTensor(name, layout.Shape)
{
    public override bool IsFinite => ElementLoops.AreFinite(new ReadOnlySpan<float>(memory, layout.StorageLength));

    private protected override void Read(Span<float> destination)
    {
        var row = layout.FirstRow();
        for (var start = 0; start < destination.Length; start += row.Length)
        {
            var from = memory + layout.EngineIndex(start);
            for (var i = 0; i < row.Length; i++)
                destination[start + i] = from[row[i]];
        }
    }

    private protected override void Write(ReadOnlySpan<float> source)
    {
        var row = layout.FirstRow();
        for (var start = 0; start < source.Length; start += row.Length)
        {
            var to = memory + layout.EngineIndex(start);
            for (var i = 0; i < row.Length; i++)
                to[row[i]] = source[start + i];
        }

        owner?.Changed();
    }
}
