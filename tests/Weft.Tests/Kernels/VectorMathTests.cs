using System.Runtime.Intrinsics;
using Weft.Kernels;
using Weft.Tests.Reference;

namespace Weft.Tests.Kernels;

/// <summary>The bounds that VectorMath states, at a million floats spread over all magnitudes, in every vector width.</summary>
public class VectorMathTests
{
    private delegate void Function(Span<float> values);

    public static TheoryData<int> Lanes => [1, 4, 8, 16];

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Exp_is_right_to_one_and_a_half_in_ten_million(int lanes)
    {
        var x = Floats(-86.5f, 88.72f);
        Require(x, Run(lanes, Name.Exp, x), value => Math.Exp(value), 1.5e-7);
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Exp_minus_one_keeps_its_digits_near_zero(int lanes)
    {
        var x = Floats(-100, -1e-30f);
        Require(x, Run(lanes, Name.ExpMinusOne, x), ReferenceActivations.ExpMinusOne, 2.5e-7);
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void The_tail_of_the_normal_distribution_is_right_far_out(int lanes)
    {
        var x = Floats(0, 14);
        Require(x, Run(lanes, Name.Tail, x), value => ReferenceActivations.NormalDistribution(-value) * Math.Exp(value * value / 2), 4e-7);
    }

    [Theory]
    [MemberData(nameof(Lanes))]
    public void Exp_ends_in_zero_infinity_and_nan(int lanes)
    {
        float[] x = [0, -0f, -86.6f, -1e30f, float.NegativeInfinity, 88.8f, 1e30f, float.PositiveInfinity,
            float.NaN, 1e-38f, 1e-45f, -1e-45f, 88.722f, 1, 2, 3];
        var y = Run(lanes, Name.Exp, x);
        Assert.Equal([1f, 1f, 0f, 0f, 0f], y[..5]);
        Assert.Equal([float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity, float.NaN, 1f, 1f, 1f], y[5..12]);
        Assert.True(float.IsFinite(y[12]));
    }

    private static void Require(float[] x, float[] y, Func<double, double> truth, double bound)
    {
        double worst = 0;
        var at = 0f;
        for (var i = 0; i < x.Length; i++)
        {
            var expected = truth(x[i]);
            var error = Math.Abs(y[i] - expected) / Math.Max(Math.Abs(expected), 1e-37);
            if (!(error <= worst))
                (worst, at) = (error, x[i]);
        }

        Assert.True(worst <= bound, $"relative error {worst:g3} at {at:g9}");
    }

    // Evenly spread over the bit patterns between the ends, hence over magnitudes; the ends have one sign or the lower is negative.
    private static float[] Floats(float from, float to)
    {
        var result = new List<float>();
        for (var bits = 0u; bits < 0x7F800000u; bits += 4099)
        {
            var value = BitConverter.UInt32BitsToSingle(bits);
            if (value >= from && value <= to)
                result.Add(value);
            if (-value >= from && -value <= to)
                result.Add(-value);
        }

        while (result.Count % 16 != 0)
            result.Add(from);
        return [.. result];
    }

    private enum Name
    {
        Exp,
        ExpMinusOne,
        Tail,
    }

    private static float[] Run(int lanes, Name name, float[] x)
    {
        var y = (float[])x.Clone();
        Function run = lanes switch
        {
            16 => values => Apply<Width512, Vector512<float>>(name, values),
            8 => values => Apply<Width256, Vector256<float>>(name, values),
            4 => values => Apply<Width128, Vector128<float>>(name, values),
            _ => values => Apply<Width32, float>(name, values),
        };
        run(y);
        return y;
    }

    private static unsafe void Apply<TW, TV>(Name name, Span<float> values)
        where TW : IVectorWidth<TV>
        where TV : struct
    {
        fixed (float* memory = values)
        {
            for (var i = 0; i < values.Length; i += TW.Lanes)
            {
                var x = TW.Load(memory + i);
                TW.Store(memory + i, name switch
                {
                    Name.Exp => VectorMath<TW, TV>.Exp(x),
                    Name.ExpMinusOne => VectorMath<TW, TV>.ExpMinusOneOfNegative(x),
                    _ => VectorMath<TW, TV>.NormalTailOverDensity(x),
                });
            }
        }
    }
}
