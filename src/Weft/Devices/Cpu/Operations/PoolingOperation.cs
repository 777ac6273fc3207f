using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>What a pool computes from which windows.</summary>
/// <param name="CountsPadding">Whether an average's divisor counts padding.</param>
internal readonly record struct PoolingShape(bool IsMax, Size2d Kernel, Size2d Stride, Padding2d Padding, bool CountsPadding = true);

/// <summary>Maximum or average over windows, any kernel, stride and padding; the global average is one window over the image.</summary>
internal sealed unsafe class PoolingOperation : Operation, IFusable
{
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly PoolingShape _shape;
    private NativeBuffer? _outside;
    private CpuContext _context = null!;

    public PoolingOperation(string path, ValueStorage input, ValueStorage output, in PoolingShape shape)
        : base(path)
    {
        _input = input;
        _output = output;
        _shape = shape;
    }

    public override string Summary =>
        $"{(_shape.IsMax ? "max" : "average")}-pool {_shape.Kernel.Height}x{_shape.Kernel.Width}/{_shape.Stride}, {_input.Shape} → {_output.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => [_input];

    public ValueStorage Input => _input;

    public bool CanShareInput => true;

    public int GroupImages => 1;

    public long SharedOffset { get; set; }

    public override long OwnBytes(CompileOptions options) => HasRowKernel ? _input.Shape.Channels * sizeof(float) : 0;

    public override void Bind(CpuContext context)
    {
        _context = context;
        if (!HasRowKernel)
            return;
        _outside = new NativeBuffer(_input.Shape.Channels);
        new Span<float>(_outside.Pointer, _input.Shape.Channels).Fill(float.NegativeInfinity);
    }

    public override void Dispose() => _outside?.Dispose();

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

    public void BeforeForward(in Pass pass) { }

    public void ForwardImages(in Pass pass, int first, int count, float* scratch)
    {
        for (var image = first; image < first + count; image++)
            ForwardImage(image);
    }

    public void BeforeBackward() { }

    public void BeginPart(int part, float* scratch) { }

    public void BackwardImages(int part, int first, int count, float* scratch, ref bool hasGathered)
    {
        for (var image = first; image < first + count; image++)
            BackwardImage(image);
    }

    public void AfterBackward() { }

    private PoolingWindow Window(in FeatureMap map, int image, int y, int x)
    {
        int first = y * _shape.Stride.Height - _shape.Padding.Top, start = x * _shape.Stride.Width - _shape.Padding.Left;
        int top = Math.Max(first, 0), bottom = Math.Min(first + _shape.Kernel.Height, map.Height);
        int left = Math.Max(start, 0), right = Math.Min(start + _shape.Kernel.Width, map.Width);
        return new PoolingWindow(map.Pixel(image, top, left), map.RowStride, map.PixelStride, bottom - top, right - left);
    }

    // What a window that was rounded up reaches beyond the padding never counts.
    private float AverageFactor(in PoolingWindow window, int y, int x)
    {
        if (!_shape.CountsPadding)
            return 1f / (window.Rows * window.Columns);
        var rows = Math.Min(_shape.Kernel.Height, _input.Shape.Height + _shape.Padding.Top + _shape.Padding.Bottom - y * _shape.Stride.Height);
        var columns = Math.Min(_shape.Kernel.Width, _input.Shape.Width + _shape.Padding.Left + _shape.Padding.Right - x * _shape.Stride.Width);
        return 1f / (rows * columns);
    }

    private bool HasRowKernel =>
        _shape.IsMax && _shape.Kernel.Height == _shape.Kernel.Width && _shape.Stride.Height == _shape.Stride.Width
            && VectorKernels.HasRowKernel(_shape.Kernel.Height, _shape.Stride.Height);

    // Outside of the image all rows are one: minus infinity, or (gradients) a row of scratch that nobody reads.
    private PoolingRows Rows(in FeatureMap map, int image, int y, float* outside)
    {
        var first = y * _shape.Stride.Height - _shape.Padding.Top;
        return new PoolingRows(
            Row(map, image, first, outside), Row(map, image, first + 1, outside), Row(map, image, first + 2, outside), map.Width, -_shape.Padding.Left);
    }

    private static PoolingRow Row(in FeatureMap map, int image, int y, float* outside) =>
        y >= 0 && y < map.Height ? new(map.Pixel(image, y, 0), map.PixelStride) : new(outside, 0);

    private void ForwardImage(int image)
    {
        FeatureMap from = _input.Map, to = _output.Map;
        var kernels = _context.Kernels;
        for (var y = 0; y < to.Height; y++)
        {
            if (HasRowKernel)
            {
                kernels.MaxRow(Rows(from, image, y, _outside!.Pointer), _shape.Stride.Width, to.Pixel(image, y, 0), to.PixelStride, to.Width, to.Channels);
                continue;
            }

            for (var x = 0; x < to.Width; x++)
            {
                var window = Window(from, image, y, x);
                if (_shape.IsMax)
                    kernels.MaxWindow(window, to.Pixel(image, y, x), to.Channels);
                else
                    kernels.SumWindow(window, AverageFactor(window, y, x), to.Pixel(image, y, x), to.Channels);
            }
        }
    }

    private void BackwardImage(int image)
    {
        FeatureMap value = _input.Map, dx = _input.Gradient, dy = _output.Gradient;
        var kernels = _context.Kernels;
        var accumulate = _input.Accumulates(this);
        for (var y = 0; y < dx.Height && !accumulate; y++)
        {
            for (var x = 0; x < dx.Width; x++)
                new Span<float>(dx.Pixel(image, y, x), dx.Channels).Clear();
        }

        var discarded = stackalloc float[HasRowKernel ? dx.Channels : 0];
        for (var y = 0; y < dy.Height; y++)
        {
            if (HasRowKernel)
            {
                kernels.MaxRowGradient(
                    Rows(value, image, y, _outside!.Pointer), _shape.Stride.Width, dy.Pixel(image, y, 0),
                        dy.PixelStride, dy.Width, Rows(dx, image, y, discarded), dy.Channels);
                continue;
            }

            for (var x = 0; x < dy.Width; x++)
            {
                var target = Window(dx, image, y, x);
                if (_shape.IsMax)
                    kernels.MaxWindowGradient(Window(value, image, y, x), dy.Pixel(image, y, x), target, dy.Channels);
                else
                    kernels.SumWindowGradient(dy.Pixel(image, y, x), AverageFactor(target, y, x), target, dy.Channels);
            }
        }
    }

    private readonly struct ForwardWork(PoolingOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.ForwardImage(task);
    }

    private readonly struct BackwardWork(PoolingOperation operation) : IWork
    {
        public void Run(int task, int worker) => operation.BackwardImage(task);
    }
}
