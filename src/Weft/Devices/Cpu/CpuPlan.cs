using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Operations on the CPU with their memory: weights, gradients, feature maps, scratch.</summary>
internal sealed unsafe class CpuPlan : DevicePlan
{
    private const int LineFloats = 16;

    // A partial panel of columns reads up to a panel past the last element of a buffer.
    private const int Slack = 64;

    private readonly CpuContext _context;
    private readonly CpuLowering _lowered;
    private readonly List<ParameterSlot> _parameters = [];
    private readonly List<ParameterSlot> _state = [];
    private readonly List<NativeBuffer> _buffers = [];
    private readonly bool _takesMemory;
    private long _placedFloats;

    /// <param name="takesMemory">False: only <see cref="MemoryBytes"/> and the shapes are wanted, and the plan cannot run.</param>
    public CpuPlan(NetworkGraph graph, CpuContext context, bool takesMemory = true)
    {
        _context = context;
        _takesMemory = takesMemory;
        _lowered = CpuLowering.Run(graph, context.Kernels, context.Options);
        foreach (var operation in _lowered.Operations)
        {
            _parameters.AddRange(operation.Parameters);
            _state.AddRange(operation.Parameters);
            _state.AddRange(operation.Statistics);
        }

        PlaceParameters();
        PlaceMaps();
        if (context.Options.Training)
            PlaceGradients();
        foreach (var value in Values())
            value.Resolve();
        PlaceScratch();
        if (!takesMemory)
            return;
        foreach (var operation in _lowered.Operations.Union(_lowered.Steps))
            operation.Bind(context);
    }

    public override IReadOnlyList<Operation> Operations => _lowered.Operations;

    public override IReadOnlyList<ParameterSlot> Parameters => _parameters;

    public override IReadOnlyList<ParameterSlot> State => _state;

    public override long MemoryBytes => _placedFloats * sizeof(float) + _lowered.Operations.Sum(operation => operation.OwnBytes(_context.Options));

    public override IEnumerable<(string Layer, long Bytes)> Activations => Values()
        .Select(value => value.Root).Distinct().Where(root => !root.IsTransient)
        .Select(root => (root.Producer, root.ImageLength * _context.BatchSize * sizeof(float)));

    public override Span<float> Logits => new(_lowered.Output.Map.Origin, _context.BatchSize * _lowered.Output.Shape.Channels);

    public override Span<float> LogitsGradient =>
        _context.Options.Training ? new(_lowered.Output.Gradient.Origin, _context.BatchSize * _lowered.Output.Shape.Channels) : [];

    public override Span<float> InputGradient => new(_lowered.Input.Gradient.Origin, _context.BatchSize * _lowered.Input.Shape.Length);

    public override void InvalidateWeights() => _context.WeightsVersion++;

    public override void Load(ReadOnlySpan<float> images, int count)
    {
        var map = _lowered.Input.Map;
        var row = map.Width * map.Channels;
        for (var n = 0; n < count; n++)
        {
            for (var y = 0; y < map.Height; y++, images = images[row..])
                images[..row].CopyTo(new Span<float>(map.Pixel(n, y, 0), row));
        }
    }

    public override void Forward(in Pass pass)
    {
        // By index: an enumerator over the interface would be a new object in every pass.
        for (var i = 0; i < _lowered.Steps.Count; i++)
        {
            _lowered.Steps[i].Forward(pass);
            Finished?.Invoke(_lowered.Steps[i], false);
        }
    }

    public override void Backward(in Pass pass)
    {
        for (var i = _lowered.Steps.Count - 1; i >= 0; i--)
        {
            var step = _lowered.Steps[i];
            if (!step.NeedsBackward)
                continue;
            step.Backward(pass);
            Finished?.Invoke(step, true);
        }
    }

    public override string? FindNonFinite(int count)
    {
        foreach (var slot in _state)
        {
            if (HasNonFinite(slot.Value, slot.Layout.StorageLength))
                return $"weights {slot.Name}";
        }

        foreach (var operation in _lowered.Operations)
        {
            var map = operation.Output.Map;
            for (var n = 0; n < count && map.Origin != null; n++)
            {
                for (var y = 0; y < map.Height; y++)
                {
                    for (var x = 0; x < map.Width; x++)
                    {
                        if (HasNonFinite(map.Pixel(n, y, x), map.Channels))
                            return $"output of {operation.Path}";
                    }
                }
            }
        }

        // Backwards: the gradient that was computed first is the one that went wrong first.
        for (var i = _parameters.Count - 1; i >= 0; i--)
        {
            if (_parameters[i].Gradient != null && HasNonFinite(_parameters[i].Gradient, _parameters[i].Layout.StorageLength))
                return $"gradient of {_parameters[i].Name}";
        }

        return null;
    }

    public override void Dispose()
    {
        foreach (var operation in _lowered.Operations)
            operation.Dispose();
        foreach (var buffer in _buffers)
            buffer.Dispose();
    }

    private static bool HasNonFinite(float* values, nint length)
    {
        for (nint i = 0; i < length; i++)
        {
            if (!float.IsFinite(values[i]))
                return true;
        }

        return false;
    }

    private void PlaceParameters()
    {
        var values = Allocate(_state.Sum(slot => Lines(slot.Layout.StorageLength)) + Slack);
        foreach (var slot in _state)
        {
            slot.Value = values;
            values += Lines(slot.Layout.StorageLength);
        }

        for (var i = 0; i < _parameters.Count; i++)
            _parameters[i].Place = i;
        if (!_context.Options.Training)
            return;
        var gradients = Allocate(_parameters.Sum(slot => Lines(slot.Layout.StorageLength)) + Slack);
        foreach (var slot in _parameters)
        {
            slot.Gradient = gradients;
            gradients += Lines(slot.Layout.StorageLength);
        }
    }

    private void PlaceMaps()
    {
        foreach (var root in Values().Select(value => value.Root).Distinct())
        {
            if (!root.IsTransient)
                root.PlaceMap(Allocate(root.ImageLength * _context.BatchSize + Slack));
        }
    }

    // A gradient lives from the backward pass of its value's last reader to that of its producer; values whose spans do not meet share memory.
    private void PlaceGradients()
    {
        var spans = new Dictionary<ValueStorage, (int First, int Last)>();
        void Extend(ValueStorage value, int index)
        {
            var root = value.Root;
            if (!root.NeedsGradient)
                return;
            var span = spans.TryGetValue(root, out var known) ? known : (index, index);
            spans[root] = (Math.Min(span.Item1, index), Math.Max(span.Item2, index));
        }

        for (var i = 0; i < _lowered.Steps.Count; i++)
        {
            var step = _lowered.Steps[i];
            foreach (var value in step.Outputs.Concat(step.Differentiated).Concat(step.GradientsRead))
                Extend(value, i);
        }

        Extend(_lowered.Output, _lowered.Steps.Count);
        var plan = new MemoryPlan();
        var offsets = spans.Select(span => (span.Key, plan.Place(span.Value.First, span.Value.Last, Lines(Length(span.Key))))).ToList();
        var memory = Allocate(plan.Length + Slack);
        foreach (var (root, offset) in offsets)
            root.PlaceGradient(memory + offset);
        long Length(ValueStorage root) => (long)root.Shape.Length * _context.BatchSize;
    }

    private void PlaceScratch()
    {
        var scratch = _lowered.Steps.Select(operation => operation.Scratch).ToList();
        _context.WorkerScratchLength = Lines(scratch.Max(s => s.PerWorker)) + Slack;
        _context.WorkerScratchBase = Allocate(_context.WorkerScratchLength * _context.Team.Size);
        _context.SharedScratch = Allocate(scratch.Max(s => s.Shared) + Slack);
    }

    private IEnumerable<ValueStorage> Values() =>
        _lowered.Operations.SelectMany(operation => operation.Differentiated.Append(operation.Output)).Append(_lowered.Input).Append(_lowered.Output).Distinct();

    private float* Allocate(long length)
    {
        _placedFloats += length;
        if (!_takesMemory)
            return null;
        var buffer = new NativeBuffer(length);
        _buffers.Add(buffer);
        return buffer.Pointer;
    }

    private static long Lines(long length) => (length + LineFloats - 1) / LineFloats * LineFloats;
}
