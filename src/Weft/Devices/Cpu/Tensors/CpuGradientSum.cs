namespace Weft.Devices.Cpu;

/// <summary>The order of the numbers is that of a network's values, tensor by tensor.</summary>
internal sealed unsafe class CpuGradientSum : GradientSum
{
    private readonly CpuTensors _tensors;
    private readonly ElementChunks _chunks;
    private readonly NativeBuffer _memory;
    private readonly long[] _starts;

    /// <param name="chunks">Those of the network's state.</param>
    public CpuGradientSum(CpuTensors tensors, ElementChunks chunks)
    {
        (_tensors, _chunks) = (tensors, chunks);
        _starts = new long[tensors.StateSlots.Count];
        var length = 0L;
        for (var i = 0; i < _starts.Length; i++)
        {
            _starts[i] = length;
            length += tensors.StateSlots[i].Layout.StorageLength;
        }

        _memory = new NativeBuffer(length);
    }

    public override Span<float> Values => _memory.Span;

    public override void Take(float scale) => _chunks.Run(new TakeWork(this, scale));

    public override void Add(GradientSum other)
    {
        if (other is not CpuGradientSum sum || sum._memory.Length != _memory.Length)
            throw new ArgumentException("The sums belong to different networks.", nameof(other));
        _chunks.Run(new AddWork(this, sum));
    }

    public override void Give(bool withStatistics) => _chunks.Run(new GiveWork(this, withStatistics));

    public override void Dispose() => _memory.Dispose();

    private Span<float> Part(int tensor, int start, int length) => new(_memory.Pointer + _starts[tensor] + start, length);

    private readonly struct TakeWork(CpuGradientSum sum, float scale) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length)
        {
            var slot = sum._tensors.StateSlots[tensor];
            var taken = sum.Part(tensor, start, length);
            if (slot.Tensor.IsTrainable)
            {
                ElementLoops.Scale(taken, new ReadOnlySpan<float>(slot.Gradient + start, length), scale);
                return;
            }

            var statistic = new Span<float>(slot.Value + start, length);
            ElementLoops.Scale(taken, statistic, scale);
            slot.KeptStatistic.AsSpan(start, length).CopyTo(statistic);
        }
    }

    private readonly struct AddWork(CpuGradientSum sum, CpuGradientSum other) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length) =>
            ElementLoops.AddScaled(sum.Part(tensor, start, length), other.Part(tensor, start, length), 1);
    }

    private readonly struct GiveWork(CpuGradientSum sum, bool withStatistics) : IChunkWork
    {
        public void Run(int chunk, int tensor, int start, int length)
        {
            var slot = sum._tensors.StateSlots[tensor];
            var from = sum.Part(tensor, start, length);
            if (slot.Tensor.IsTrainable)
                from.CopyTo(new Span<float>(slot.Gradient + start, length));
            else if (withStatistics)
                from.CopyTo(new Span<float>(slot.Value + start, length));
        }
    }
}
