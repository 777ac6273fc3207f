using Weft.Kernels;

namespace Weft;

/// <summary>
/// A function of each element. Its gradient needs the input, so it has an output of its own; in place only where the slope follows from the output or no
/// gradient will be asked for.
/// </summary>
internal sealed unsafe class ActivationOperation : Operation
{
    private readonly ActivationFunction _function;
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _inPlace;
    private CpuContext _context = null!;

    /// <param name="path">The layer's.</param>
    /// <param name="function">What is computed.</param>
    /// <param name="input">Its argument.</param>
    /// <param name="output">Its value.</param>
    /// <param name="mayChangeInPlace">Whether nobody else needs the input.</param>
    /// <param name="training">Whether gradients will be asked for.</param>
    public ActivationOperation(string path, ActivationFunction function, ValueStorage input, ValueStorage output, bool mayChangeInPlace, bool training)
        : base(path)
    {
        _function = function;
        _input = input;
        _output = output;
        _inPlace = mayChangeInPlace && (!training || function.SlopeFollowsFromOutput);
        if (_inPlace)
            output.PlaceIn(input);
    }

    public override string Summary => $"{_function.Kind}, {_input.Shape}";

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

    // Pixels that follow each other without gaps in every map are one run.
    private static bool PixelsJoin(in FeatureMap map) => map.PixelStride == map.Channels;

    private readonly struct ForwardWork(ActivationOperation operation) : IWork
    {
        public void Run(int task, int worker)
        {
            FeatureMap from = operation._input.Map, to = operation._output.Map;
            var run = PixelsJoin(from) && PixelsJoin(to) ? from.Width : 1;
            for (var y = 0; y < from.Height; y++)
            {
                for (var x = 0; x < from.Width; x += run)
                    operation._context.Kernels.Activate(operation._function, from.Pixel(task, y, x), to.Pixel(task, y, x), (nint)run * from.Channels);
            }
        }
    }

    private readonly struct BackwardWork(ActivationOperation operation) : IWork
    {
        public void Run(int task, int worker)
        {
            var value = operation._input.Map;
            FeatureMap dy = operation._output.Gradient, dx = operation._inPlace ? dy : operation._input.Gradient;
            var accumulate = !operation._inPlace && operation._input.Accumulates(operation);
            var run = PixelsJoin(value) && PixelsJoin(dy) && PixelsJoin(dx) ? value.Width : 1;
            for (var y = 0; y < value.Height; y++)
            {
                for (var x = 0; x < value.Width; x += run)
                {
                    operation._context.Kernels.ActivateGradient(
                        operation._function, value.Pixel(task, y, x), dy.Pixel(task, y, x), dx.Pixel(task, y, x), (nint)run * value.Channels, accumulate);
                }
            }
        }
    }
}
