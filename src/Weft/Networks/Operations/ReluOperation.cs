using Weft.Kernels;

namespace Weft;

/// <summary>max(x, 0) where it lies, both ways. (The output's sign is the input's, so the backward pass needs only what is in memory.)</summary>
internal sealed unsafe class ReluOperation : Operation
{
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _inPlace;
    private CpuContext _context = null!;

    public ReluOperation(string path, ValueStorage input, ValueStorage output, bool inPlace)
        : base(path)
    {
        _input = input;
        _output = output;
        _inPlace = inPlace;
        if (inPlace)
            output.PlaceIn(input);
    }

    public override string Summary => $"ReLU, {_input.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => _inPlace ? [] : [_input];

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

    private readonly struct ForwardWork(ReluOperation operation) : IWork
    {
        public void Run(int task, int worker)
        {
            FeatureMap from = operation._input.Map, to = operation._output.Map;
            for (var y = 0; y < from.Height; y++)
            {
                for (var x = 0; x < from.Width; x++)
                {
                    if (!operation._inPlace)
                        VectorKernels.Copy(from.Pixel(task, y, x), to.Pixel(task, y, x), from.Channels);
                    operation._context.Kernels.Rectify(to.Pixel(task, y, x), from.Channels);
                }
            }
        }
    }

    private readonly struct BackwardWork(ReluOperation operation) : IWork
    {
        public void Run(int task, int worker)
        {
            var value = operation._input.Map;
            FeatureMap dy = operation._output.Gradient, dx = operation._inPlace ? dy : operation._input.Gradient;
            var kernels = operation._context.Kernels;
            var accumulate = !operation._inPlace && operation._input.Accumulates(operation);
            for (var y = 0; y < value.Height; y++)
            {
                for (var x = 0; x < value.Width; x++)
                {
                    float* from = dy.Pixel(task, y, x), to = dx.Pixel(task, y, x);
                    // dy belongs to this value alone, so it may be cut where it lies before it is added.
                    kernels.RectifyGradient(value.Pixel(task, y, x), from, value.Channels);
                    if (accumulate)
                        kernels.Add(from, to, value.Channels);
                    else if (from != to)
                        VectorKernels.Copy(from, to, value.Channels);
                }
            }
        }
    }
}
