using Weft.Kernels;

namespace Weft.Devices.Cpu;

/// <summary>
/// output = Σ inputs, or with one input a copy of it: what is left of a <see cref="Residual"/>, and of a branch of a <see cref="Concat"/> that cannot write in
/// its slice.
/// </summary>
internal sealed unsafe class AddOperation : Operation
{
    private readonly ValueStorage[] _inputs;
    private readonly ValueStorage _output;
    private CpuContext _context = null!;

    public AddOperation(string path, ValueStorage[] inputs, ValueStorage output)
        : base(path)
    {
        _inputs = inputs;
        _output = output;
    }

    public override string Summary => $"{(_inputs.Length == 1 ? "copy" : "add")}, {_output.Shape}";

    public override IEnumerable<ValueStorage> Differentiated => _inputs;

    public override void Bind(CpuContext context) => _context = context;

    public override void Forward(in Pass pass)
    {
        for (var i = 0; i < _inputs.Length; i++)
            Run(_inputs[i].Map, _output.Map, pass.Count, accumulate: i > 0);
    }

    public override void Backward(in Pass pass)
    {
        foreach (var input in _inputs)
        {
            if (input.NeedsGradient)
                Run(_output.Gradient, input.Gradient, pass.Count, input.Accumulates(this));
        }
    }

    private void Run(FeatureMap from, FeatureMap to, int count, bool accumulate)
    {
        var work = new CopyWork(_context.Kernels, from, to, accumulate);
        _context.Team.Run(count, ref work);
    }

    private readonly struct CopyWork(VectorKernels kernels, FeatureMap from, FeatureMap to, bool accumulate) : IWork
    {
        public void Run(int task, int worker)
        {
            for (var y = 0; y < to.Height; y++)
            {
                for (var x = 0; x < to.Width; x++)
                {
                    if (accumulate)
                        kernels.Add(from.Pixel(task, y, x), to.Pixel(task, y, x), to.Channels);
                    else
                        VectorKernels.Copy(from.Pixel(task, y, x), to.Pixel(task, y, x), to.Channels);
                }
            }
        }
    }
}
