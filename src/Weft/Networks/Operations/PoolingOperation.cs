using Weft.Kernels;

namespace Weft;

/// <summary>Maximum or average over windows, any kernel, stride and padding; the global average is one window over the image.</summary>
internal sealed unsafe class PoolingOperation : Operation
{
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _isMax;
    private readonly int _kernelHeight;
    private readonly int _kernelWidth;
    private readonly int _stride;
    private readonly int _padding;
    private CpuContext _context = null!;

    public PoolingOperation(string path, ValueStorage input, ValueStorage output, bool isMax, int kernelHeight, int kernelWidth, int stride, int padding)
        : base(path)
    {
        _input = input;
        _output = output;
        _isMax = isMax;
        _kernelHeight = kernelHeight;
        _kernelWidth = kernelWidth;
        _stride = stride;
        _padding = padding;
        input.AddDifferentiator(this);
    }

    public override string Summary => $"{(_isMax ? "max" : "average")}-pool {_kernelHeight}x{_kernelWidth}/{_stride}, {_input.Shape} → {_output.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    // Padding counts in an average's divisor.
    private float AverageFactor => 1f / (_kernelHeight * _kernelWidth);

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass)
    {
        var work = new ForwardWork(this);
        _context.Team.Run(pass.Count, ref work);
    }

    public override void Backward(in Pass pass)
    {
        var work = new BackwardWork(this, _input.Accumulates(this));
        _context.Team.Run(pass.Count, ref work);
    }

    private PoolingWindow Window(in FeatureMap map, int image, int y, int x)
    {
        int top = Math.Max(y * _stride - _padding, 0), bottom = Math.Min(y * _stride - _padding + _kernelHeight, map.Height);
        int left = Math.Max(x * _stride - _padding, 0), right = Math.Min(x * _stride - _padding + _kernelWidth, map.Width);
        return new PoolingWindow(map.Pixel(image, top, left), map.RowStride, map.PixelStride, bottom - top, right - left);
    }

    private readonly struct ForwardWork(PoolingOperation operation) : IWork
    {
        public void Run(int task, int worker)
        {
            FeatureMap from = operation._input.Map, to = operation._output.Map;
            var kernels = operation._context.Kernels;
            for (var y = 0; y < to.Height; y++)
            {
                for (var x = 0; x < to.Width; x++)
                {
                    var window = operation.Window(from, task, y, x);
                    if (operation._isMax)
                        kernels.MaxWindow(window, to.Pixel(task, y, x), to.Channels);
                    else
                        kernels.SumWindow(window, operation.AverageFactor, to.Pixel(task, y, x), to.Channels);
                }
            }
        }
    }

    private readonly struct BackwardWork(PoolingOperation operation, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            FeatureMap value = operation._input.Map, dx = operation._input.Gradient, dy = operation._output.Gradient;
            var kernels = operation._context.Kernels;
            for (var y = 0; y < dx.Height && !accumulate; y++)
            {
                for (var x = 0; x < dx.Width; x++)
                    new Span<float>(dx.Pixel(task, y, x), dx.Channels).Clear();
            }

            for (var y = 0; y < dy.Height; y++)
            {
                for (var x = 0; x < dy.Width; x++)
                {
                    var target = operation.Window(dx, task, y, x);
                    if (operation._isMax)
                        kernels.MaxWindowGradient(operation.Window(value, task, y, x), dy.Pixel(task, y, x), target, dy.Channels);
                    else
                        kernels.SumWindowGradient(dy.Pixel(task, y, x), operation.AverageFactor, target, dy.Channels);
                }
            }
        }
    }
}
