using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>output = input · gate, one factor for each sample and channel: what is left of a <see cref="ChannelGate"/>.</summary>
internal sealed unsafe class GateOperation(string path, ValueStorage input, ValueStorage gate, ValueStorage output) : Operation(path)
{
    private CpuContext _context = null!;

    public override string Summary => $"gate, {output.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => [input, gate];

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass)
    {
        var work = new ForwardWork(this);
        _context.Team.Run(pass.Count, ref work);
    }

    public override void Backward(in Pass pass)
    {
        var work = new BackwardWork(this);
        _context.Team.Run(pass.Count, ref work);
    }

    private void ForwardImage(int image)
    {
        FeatureMap from = input.Map, to = output.Map;
        var factors = gate.Map.Image(image);
        for (var y = 0; y < to.Height; y++)
        {
            for (var x = 0; x < to.Width; x++)
                _context.Kernels.Multiply(from.Pixel(image, y, x), factors, to.Pixel(image, y, x), to.Channels, accumulate: false);
        }
    }

    private void BackwardImage(int image)
    {
        if (input.NeedsGradient)
            BackwardInput(image);
        if (gate.NeedsGradient)
            BackwardGate(image);
    }

    private void BackwardInput(int image)
    {
        FeatureMap dx = input.Gradient, dy = output.Gradient;
        var factors = gate.Map.Image(image);
        var accumulate = input.Accumulates(this);
        for (var y = 0; y < dx.Height; y++)
        {
            for (var x = 0; x < dx.Width; x++)
                _context.Kernels.Multiply(dy.Pixel(image, y, x), factors, dx.Pixel(image, y, x), dx.Channels, accumulate);
        }
    }

    // dgate[c] = Σ over pixels of dy · x; rows are summed on their own first: short sums keep their digits.
    private void BackwardGate(int image)
    {
        FeatureMap from = input.Map, dy = output.Gradient;
        var sum = gate.Gradient.Image(image);
        var channels = dy.Channels;
        var row = stackalloc float[channels];
        if (!gate.Accumulates(this))
            new Span<float>(sum, channels).Clear();
        for (var y = 0; y < dy.Height; y++)
        {
            new Span<float>(row, channels).Clear();
            for (var x = 0; x < dy.Width; x++)
                _context.Kernels.Multiply(dy.Pixel(image, y, x), from.Pixel(image, y, x), row, channels, accumulate: true);
            _context.Kernels.Add(row, sum, channels);
        }
    }

    private readonly struct ForwardWork(GateOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.ForwardImage(task);
    }

    private readonly struct BackwardWork(GateOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.BackwardImage(task);
    }
}
