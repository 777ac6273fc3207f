using Weft.Kernels;

namespace Weft;

/// <summary>Zeroes elements where they lie and scales the rest; the mask is drawn anew in the backward pass from the same counters.</summary>
internal sealed unsafe class DropoutOperation : Operation
{
    private readonly ValueStorage _input;
    private readonly ValueStorage _output;
    private readonly bool _inPlace;
    private readonly double _rate;
    private readonly Rng _stream;
    private CpuContext _context = null!;

    /// <param name="index">Number of this layer among the network's dropout layers: each draws from a stream of its own.</param>
    public DropoutOperation(string path, Dropout layer, ValueStorage input, ValueStorage output, bool inPlace, long seed, int index)
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

    public override string Summary => $"dropout {_rate:0.##}, {_input.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => _inPlace ? [] : [_input];

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass) => Run(_input.Map, _output.Map, pass, accumulate: false);

    public override void Backward(in Pass pass) =>
        Run(_output.Gradient, _inPlace ? _output.Gradient : _input.Gradient, pass, !_inPlace && _input.Accumulates(this));

    private void Run(FeatureMap from, FeatureMap to, in Pass pass, bool accumulate)
    {
        var drops = pass.IsTraining && _rate > 0;
        if (!drops && _inPlace)
            return;
        var work = new MaskWork(this, from, to, (uint)_stream.Derive(pass.Step).UInt64(0), drops, accumulate);
        _context.Team.Run(pass.Count, ref work);
    }

    private readonly struct MaskWork(DropoutOperation operation, FeatureMap from, FeatureMap to, uint key, bool drops, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            var kernels = operation._context.Kernels;
            for (var y = 0; y < from.Height; y++)
            {
                for (var x = 0; x < from.Width; x++)
                {
                    float* source = from.Pixel(task, y, x), target = to.Pixel(task, y, x);
                    if (!accumulate && source != target)
                        VectorKernels.Copy(source, target, from.Channels);
                    // What is added elsewhere belongs to this layer alone, so it may be masked where it lies.
                    var masked = accumulate ? source : target;
                    if (drops)
                        VectorKernels.Drop(masked, from.Channels, key, (uint)(((long)task * from.Height + y) * from.Width + x) * (uint)from.Channels, operation._rate);
                    if (accumulate)
                        kernels.Add(source, target, from.Channels);
                }
            }
        }
    }
}
