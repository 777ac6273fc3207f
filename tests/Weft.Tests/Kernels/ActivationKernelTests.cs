using Weft.Kernels;
using Weft.Tests.Reference;

namespace Weft.Tests.Kernels;

public class ActivationKernelTests
{
    // Of the size of the value and of the slope; where those cross 0 (SiLU, Mish, GELU near their minimum) the error is measured against 1 instead.
    private const double Bound = 4e-7;

    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in All.Keys)
                foreach (var lanes in (int[])[1, 4, 8, 16])
                    data.Add(name, lanes);
            return data;
        }
    }

    private static Dictionary<string, Activation> All { get; } = new()
    {
        ["leaky ReLU"] = new LeakyReLU { Slope = 0.25 },
        ["leaky ReLU, negative slope"] = new LeakyReLU { Slope = -0.5 },
        ["ELU"] = new ELU(),
        ["ELU, other constant"] = new ELU { Alpha = 0.3 },
        ["GELU"] = new GELU(),
        ["SiLU"] = new SiLU(),
        ["Mish"] = new Mish(),
        ["ReLU6"] = new ReLU6(),
        ["sigmoid"] = new Sigmoid(),
        ["hard sigmoid"] = new HardSigmoid(),
        ["hard swish"] = new HardSwish(),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Values_and_slopes_match_double_everywhere(string name, int lanes)
    {
        var layer = All[name];
        var x = Enumerable.Range(-40000, 80001).Select(i => i / 1000f * (1 + i % 7 * 0.01f)).ToArray();
        var (y, slope) = Run(layer, lanes, x);
        for (var i = 0; i < x.Length; i++)
        {
            double value = ReferenceActivations.Value(layer, x[i]), truth = ReferenceActivations.Slope(layer, x[i]);
            Assert.True(Math.Abs(y[i] - value) <= Bound * Math.Max(Math.Abs(value), Math.Min(1, Math.Abs(x[i]))), $"f({x[i]}) = {value} but {y[i]}");
            Assert.True(Math.Abs(slope[i] - truth) <= Bound * Math.Max(Math.Abs(truth), 1), $"f'({x[i]}) = {truth} but {slope[i]}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_length_is_computed_to_its_end_and_not_beyond(string name, int lanes)
    {
        var layer = All[name];
        var x = Enumerable.Range(0, 70).Select(i => (float)Math.Sin(i) * 3).ToArray();
        var (whole, _) = Run(layer, 1, x);
        for (var length = 0; length < 66; length++)
        {
            var (y, slope) = Run(layer, lanes, x, length);
            for (var i = 0; i < length; i++)
                Assert.True(Math.Abs(y[i] - whole[i]) <= 1e-6, $"element {i} of {length}");
            Assert.All(y[length..].Concat(slope[length..]), left => Assert.Equal(Untouched, left));
        }
    }

    // PyTorch 1.13: torch.nn.functional at these arguments.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Infinities_nan_and_huge_values_come_out_as_in_pytorch(string name, int lanes)
    {
        var layer = All[name];
        float[] x = [float.NaN, float.PositiveInfinity, 1e30f, -1e30f, float.NegativeInfinity, 0, -0f, 1e-40f, .. new float[40]];
        var (y, slope) = Run(layer, lanes, x);
        Assert.True(float.IsNaN(y[0]));
        if (layer is ReLU6 or Sigmoid or HardSigmoid)
        {
            var (top, middle) = layer is ReLU6 ? (6f, 0f) : (1f, 0.5f);
            Assert.Equal([top, top, 0, 0, middle, middle], y[1..7]);
            Assert.All(slope[1..5], value => Assert.Equal(0, value, 1e-30));
            return;
        }

        Assert.Equal(float.PositiveInfinity, y[1]);
        Assert.Equal(1e30f, y[2]);
        Assert.Equal([1f, 1f], slope[1..3]);
        Assert.Equal([0f, 0f], y[5..7]);
        switch (layer)
        {
            case LeakyReLU leaky:
                Assert.Equal((float)leaky.Slope * -1e30f, y[3]);
                Assert.Equal((float)leaky.Slope, slope[4]);
                break;
            case ELU elu:
                Assert.Equal([-(float)elu.Alpha, -(float)elu.Alpha], y[3..5]);
                Assert.Equal([0f, 0f, (float)elu.Alpha], slope[3..6]);
                Assert.True(float.IsNaN(slope[0]));
                break;
            default:
                Assert.Equal(0f, y[3]);
                Assert.True(float.IsNaN(y[4]));
                Assert.Equal(0, slope[4], 1e-30);
                Assert.True(float.IsNaN(slope[0]));
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public unsafe void A_gradient_is_written_or_added_as_asked(string name, int lanes)
    {
        var function = CpuLowering.FunctionOf(All[name]);
        var kernels = VectorKernels.For(lanes);
        float[] x = [.. Enumerable.Range(0, 37).Select(i => (float)Math.Cos(i))], dy = [.. x.Select(v => v * 2 + 0.5f)],
            written = new float[37], added = [.. Enumerable.Repeat(3f, 37)];
        fixed (float* px = x, pdy = dy, pw = written, pa = added)
        {
            kernels.ActivateGradient(function, px, pdy, pw, 37, accumulate: false);
            kernels.ActivateGradient(function, px, pdy, pa, 37, accumulate: true);
            kernels.ActivateGradient(function, px, pdy, pdy, 37, accumulate: false);
        }

        Assert.Equal(written, dy);
        for (var i = 0; i < 37; i++)
            Assert.Equal(3 + written[i], added[i], 1e-6f);
    }

    private const float Untouched = 123.5f;

    private static unsafe (float[] Y, float[] Slope) Run(Activation layer, int lanes, float[] x, int? length = null)
    {
        var kernels = VectorKernels.For(lanes);
        float[] y = [.. Enumerable.Repeat(Untouched, x.Length)], slope = (float[])y.Clone(), ones = [.. Enumerable.Repeat(1f, x.Length)];
        fixed (float* px = x, py = y, ps = slope, po = ones)
        {
            kernels.Activate(CpuLowering.FunctionOf(layer), px, py, length ?? x.Length);
            kernels.ActivateGradient(CpuLowering.FunctionOf(layer), px, po, ps, length ?? x.Length, accumulate: false);
        }

        return (y, slope);
    }
}
