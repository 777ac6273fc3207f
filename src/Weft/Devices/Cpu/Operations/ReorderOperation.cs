using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// A flattened map from the order in which it lies (row, column, channel) to PyTorch's (channel, row, column), for those to whom the order matters.
/// </summary>
internal sealed unsafe class ReorderOperation(string path, ValueStorage input, ValueStorage output) : Operation(path)
{
    private CpuContext _context = null!;

    public override string Summary => $"reorder, {input.FeatureOrder}";

    public override IEnumerable<ValueStorage> Differentiated => [input];

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass)
    {
        var work = new ForwardWork(input, output);
        _context.Team.Run(pass.Count, ref work);
    }

    public override void Backward(in Pass pass)
    {
        if (!input.NeedsGradient)
            return;
        var work = new BackwardWork(input, output, input.Accumulates(this));
        _context.Team.Run(pass.Count, ref work);
    }

    private readonly struct ForwardWork(ValueStorage input, ValueStorage output) : IWork
    {
        public void Run(int task, int worker)
        {
            float* from = input.Map.Image(task), to = output.Map.Image(task);
            int pixels = input.FeatureOrder.Pixels, channels = input.FeatureOrder.Channels;
            for (var c = 0; c < channels; c++)
            {
                for (var p = 0; p < pixels; p++)
                    *to++ = from[p * channels + c];
            }
        }
    }

    private readonly struct BackwardWork(ValueStorage input, ValueStorage output, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            float* from = output.Gradient.Image(task), to = input.Gradient.Image(task);
            int pixels = input.FeatureOrder.Pixels, channels = input.FeatureOrder.Channels;
            for (var p = 0; p < pixels; p++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var gradient = from[c * pixels + p];
                    to[p * channels + c] = accumulate ? to[p * channels + c] + gradient : gradient;
                }
            }
        }
    }
}
