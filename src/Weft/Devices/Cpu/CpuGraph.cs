using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>Operations on the CPU with their memory: weights, gradients, feature maps, scratch.</summary>
internal sealed unsafe class CpuGraph : CompiledGraph
{
    private const int Slack = CpuTensors.Slack;

    private readonly CpuContext _context;
    private readonly CpuLowering _lowered;
    private readonly CpuTensors _tensors;
    private readonly OperationInfo[] _groups;
    private readonly List<NativeBuffer> _buffers = [];
    private readonly bool _takesMemory;
    private ValueStorage[][] _halos = [];
    private long _placedFloats;

    /// <param name="takesMemory">False: only the sizes are wanted, and the graph cannot run.</param>
    public CpuGraph(NetworkGraph graph, WorkerTeam team, VectorKernels kernels, CompileOptions options, bool takesMemory = true)
    {
        _takesMemory = takesMemory;
        _lowered = CpuLowering.Run(graph, kernels, options);
        _tensors = new CpuTensors(_lowered.Operations.SelectMany(operation => operation.Tensors), team, options.Training, takesMemory);
        _context = new CpuContext(team, kernels, options) { Tensors = _tensors };
        PlaceMaps();
        if (options.Training)
            PlaceGradients();
        foreach (var value in Values())
            value.Resolve();
        PlaceScratch();
        Operations = [.. _lowered.Operations.Select(operation => operation.ToInfo())];
        _groups = [.. _lowered.Groups.Select(operation => operation.ToInfo())];
        if (!takesMemory)
            return;
        foreach (var operation in _lowered.Operations.Union(_lowered.Groups))
            operation.Bind(_context);
    }

    public override DeviceTensors Tensors => _tensors;

    public override IReadOnlyList<OperationInfo> Operations { get; }

    public override long MemoryBytes =>
        (_tensors.Floats + _placedFloats) * sizeof(float) + _lowered.Operations.Sum(operation => operation.OwnBytes(_context.Options));

    public NetworkMemory Memory => new(MemoryBytes, Bytes(_tensors.TrainedSlots), Bytes(_tensors.StateSlots));

    public override ReadOnlySpan<float> Logits => new(_lowered.Output.Map.Origin, _context.BatchSize * _lowered.Output.Shape.Channels);

    public override Span<float> LogitsGradient =>
        _context.Options.Training ? new(_lowered.Output.Gradient.Origin, _context.BatchSize * _lowered.Output.Shape.Channels) : [];

    public override ReadOnlySpan<float> InputGradient => new(_lowered.Input.Gradient.Origin, _context.BatchSize * _lowered.Input.Shape.Length);

    public override void Forward(ReadOnlySpan<float> images, in Pass pass)
    {
        ClearHalos(-1, pass.Count);
        Load(images, pass.Count);
        // By index: an enumerator over the interface would be a new object in every pass.
        for (var i = 0; i < _lowered.Groups.Count; i++)
        {
            ClearHalos(i, pass.Count);
            _lowered.Groups[i].Forward(pass);
            Finished?.Invoke(_groups[i], false);
        }
    }

    public override void Backward(in Pass pass)
    {
        for (var i = _lowered.Groups.Count - 1; i >= 0; i--)
        {
            var group = _lowered.Groups[i];
            if (!group.NeedsBackward)
                continue;
            group.Backward(pass);
            Finished?.Invoke(_groups[i], true);
        }

        if (pass.Sink is not null)
            _tensors.Changed();
    }

    public override string? FindNonFiniteOutput(int count)
    {
        foreach (var operation in _lowered.Operations)
        {
            var map = operation.Output.Map;
            for (var n = 0; n < count && map.Origin != null; n++)
            {
                for (var y = 0; y < map.Height; y++)
                {
                    for (var x = 0; x < map.Width; x++)
                    {
                        if (!ElementLoops.AreFinite(new ReadOnlySpan<float>(map.Pixel(n, y, x), map.Channels)))
                            return operation.Path;
                    }
                }
            }
        }

        return null;
    }

    public override void Dispose()
    {
        foreach (var operation in _lowered.Operations)
            operation.Dispose();
        foreach (var buffer in _buffers)
            buffer.Dispose();
        _tensors.Dispose();
    }

    private static long Bytes(IReadOnlyList<TensorSlot> slots) => slots.Sum(slot => (long)slot.Layout.StorageLength) * sizeof(float);

    private void Load(ReadOnlySpan<float> images, int count)
    {
        var map = _lowered.Input.Map;
        var row = map.Width * map.Channels;
        for (var n = 0; n < count; n++)
        {
            for (var y = 0; y < map.Height; y++, images = images[row..])
                images[..row].CopyTo(new Span<float>(map.Pixel(n, y, 0), row));
        }
    }

    // Trained networks keep every value for the backward pass. Others need a value until its last reader has run, and share memory as gradients do; then a
    // halo holds what another value left there, and is zeroed before the value is computed.
    private void PlaceMaps()
    {
        if (_context.Options.Training)
        {
            foreach (var root in Values().Select(value => value.Root).Distinct().Where(root => !root.IsTransient))
                root.PlaceMap(Allocate(Length(root) + Slack));
            return;
        }

        var spans = Spans(value => !value.IsTransient);
        Extend(spans, _lowered.Input.Root, -1);
        foreach (var root in Values().Select(value => value.Root).Distinct().Where(root => !root.IsTransient && !spans.ContainsKey(root)))
            spans[root] = (-1, _lowered.Groups.Count);
        Place(spans, Length, (root, memory) => root.PlaceMap(memory));
        _halos = [.. Enumerable.Range(-1, _lowered.Groups.Count + 1).Select(
            index => spans.Where(span => span.Value.First == index && span.Key.HaloBefore + span.Key.HaloAfter > 0).Select(span => span.Key).ToArray())];

        long Length(ValueStorage root) => root.ImageLength * _context.BatchSize;
    }

    // A gradient lives from the backward pass of its value's last reader to that of its producer; values whose spans do not meet share memory.
    private void PlaceGradients() =>
        Place(Spans(root => root.NeedsGradient), root => (long)root.Shape.Length * _context.BatchSize, (root, memory) => root.PlaceGradient(memory));

    // From the first to the last group that has to do with a value.
    private Dictionary<ValueStorage, (int First, int Last)> Spans(Func<ValueStorage, bool> isWanted)
    {
        var spans = new Dictionary<ValueStorage, (int First, int Last)>();
        for (var i = 0; i < _lowered.Groups.Count; i++)
        {
            var group = _lowered.Groups[i];
            foreach (var root in group.Outputs.Concat(group.Differentiated).Concat(group.GradientsRead).Select(value => value.Root).Where(isWanted))
                Extend(spans, root, i);
        }

        if (isWanted(_lowered.Output.Root))
            Extend(spans, _lowered.Output.Root, _lowered.Groups.Count);
        return spans;
    }

    private static void Extend(Dictionary<ValueStorage, (int First, int Last)> spans, ValueStorage root, int index)
    {
        var span = spans.TryGetValue(root, out var known) ? known : (index, index);
        spans[root] = (Math.Min(span.Item1, index), Math.Max(span.Item2, index));
    }

    private void Place(Dictionary<ValueStorage, (int First, int Last)> spans, Func<ValueStorage, long> length, PlaceValue place)
    {
        var plan = new MemoryPlan();
        var offsets = spans.Select(span => (span.Key, plan.Place(span.Value.First, span.Value.Last, CpuTensors.Lines(length(span.Key))))).ToList();
        var memory = Allocate(plan.Length + Slack);
        foreach (var (root, offset) in offsets)
            place(root, memory + offset);
    }

    private delegate void PlaceValue(ValueStorage root, float* memory);

    // Before the group with this number; −1 is the input.
    private void ClearHalos(int group, int count)
    {
        foreach (var root in _halos.Length == 0 ? [] : _halos[group + 1])
        {
            var work = new HaloWork(root.Map);
            _context.Team.Run(count, ref work);
        }
    }

    private readonly struct HaloWork(FeatureMap map) : IWork
    {
        public void Run(int image, int worker)
        {
            var (before, after) = ((nint)map.HaloBefore, (nint)map.HaloAfter);
            var start = map.Image(image) - before * map.RowStride - before * map.PixelStride;
            Clear(start, before * map.RowStride + before * map.PixelStride);
            for (var y = 0; y < map.Height; y++)
            {
                // What follows a row lies next to what precedes the next one.
                var isLast = y == map.Height - 1;
                Clear(map.Pixel(image, y, map.Width), (after + (isLast ? 0 : before)) * map.PixelStride);
            }

            Clear(start + (before + map.Height) * map.RowStride, after * map.RowStride);
        }

        private static void Clear(float* from, nint floats) => new Span<float>(from, (int)floats).Clear();
    }

    private void PlaceScratch()
    {
        var scratch = _lowered.Groups.Select(operation => operation.Scratch).ToList();
        _context.WorkerScratchLength = CpuTensors.Lines(scratch.Max(s => s.PerWorker)) + Slack;
        _context.WorkerScratchBase = Allocate(_context.WorkerScratchLength * _context.Team.Size);
        _context.SharedScratch = Allocate(scratch.Max(s => s.Shared) + Slack);
    }

    private IEnumerable<ValueStorage> Values() =>
        _lowered.Operations.SelectMany(operation => operation.Differentiated.Append(operation.Output))
            .Append(_lowered.Input).Append(_lowered.Output).Distinct();

    private float* Allocate(long length)
    {
        _placedFloats += length;
        if (!_takesMemory)
            return null;
        var buffer = new NativeBuffer(length);
        _buffers.Add(buffer);
        return buffer.Pointer;
    }
}
