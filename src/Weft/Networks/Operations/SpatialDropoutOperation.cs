using Weft.Kernels;

namespace Weft;

/// <summary>Zeroes whole channels of a sample where they lie and scales the rest; the mask is drawn anew in the backward pass from the same counters.</summary>
internal sealed unsafe class SpatialDropoutOperation : Operation
{
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _inPlace;
    private readonly double _rate;
    private readonly Rng _stream;
    private CpuContext _context = null!;

    /// <param name="index">Number of this layer among the network's dropout layers of both kinds: each draws from a stream of its own.</param>
    public SpatialDropoutOperation(string path, SpatialDropout layer, ValueStorage input, ValueStorage output, bool inPlace, long seed, int index)
        : base(path)
    {
        _input = input;
        _output = output;
        _inPlace = inPlace;
        _rate = layer.Rate;
        _stream = Rng.For(seed, RngPurpose.Dropout).Derive(index);
        if (inPlace)
            output.PlaceIn(input);
    }

    public override string Summary => $"spatial dropout {_rate:0.##}, {_input.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => _inPlace ? [] : [_input];

    // The mask, and zeros to shift by.
    public override (long PerWorker, long Shared) Scratch => (2 * _input.Shape.Channels, 0);

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass) => Run(_input.Map, _output.Map, pass, accumulate: false);

    public override void Backward(in Pass pass) =>
        Run(_output.Gradient, _inPlace ? _output.Gradient : _input.Gradient, pass, !_inPlace && _input.Accumulates(this));

    private void Run(FeatureMap from, FeatureMap to, in Pass pass, bool accumulate)
    {
        var rate = pass.IsTraining ? _rate : 0;
        if (rate == 0 && _inPlace)
            return;
        var work = new MaskWork(this, from, to, (uint)_stream.Derive(pass.Step).UInt64(0), rate, accumulate);
        _context.Team.Run(pass.Count, ref work);
    }

    private readonly struct MaskWork(SpatialDropoutOperation operation, FeatureMap from, FeatureMap to, uint key, double rate, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            var kernels = operation._context.Kernels;
            var channels = from.Channels;
            float* mask = operation._context.WorkerScratch(worker), zeros = mask + channels;
            new Span<float>(mask, channels).Fill(1);
            new Span<float>(zeros, channels).Clear();
            if (rate > 0)
                VectorKernels.Drop(mask, channels, key, (uint)task * (uint)channels, rate);
            var scaling = new NormCoefficients { Scale = mask, Shift = zeros };
            for (var y = 0; y < from.Height; y++)
            {
                float* source = from.Pixel(task, y, 0), target = to.Pixel(task, y, 0);
                // What is added elsewhere belongs to this layer alone, so it may be scaled where it lies.
                kernels.ApplyNorm(source, from.PixelStride, accumulate ? source : target, accumulate ? from.PixelStride : to.PixelStride, from.Width, channels, scaling);
                for (var x = 0; x < from.Width && accumulate; x++)
                    kernels.Add(from.Pixel(task, y, x), to.Pixel(task, y, x), channels);
            }
        }
    }
}
