namespace Weft.Tests.Optimizers;

public class WeightAverageTests
{
    // 20 blends of floats, each rounding to 6e-8.
    private const double Tolerance = 1e-6;

    [Fact]
    public void The_average_is_the_weighted_mean_with_the_weights_of_the_equation()
    {
        const double Decay = 0.9;
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, new float[37]);
        var statistic = tensors.AddStatistic("bn.running_mean", new float[3]);
        using var average = new WeightAverage(tensors.Trained, Decay);
        var sum = new double[37];
        var total = 0.0;
        for (var step = 0; step < 20; step++)
        {
            var now = Hashed.Values(1, $"w {step}", 37, 1, 1);
            now.CopyTo(weight.Value);
            statistic.Value.Fill(now[0]);
            average.Update();
            total = Decay * total + 1;
            for (var i = 0; i < sum.Length; i++)
                sum[i] = Decay * sum[i] + now[i];
            var truth = sum.Select(s => s / total).ToArray();
            Close.Require($"after {step + 1} updates", Tolerance, truth, average.State[0].ToArray());
            Close.Require("the statistic", Tolerance, [truth[0], truth[0], truth[0]], average.State[1].ToArray());
        }

        Assert.Equal("ema.weight", average.State[0].Name);
    }

    [Fact]
    public void Swapping_twice_changes_no_bit()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(1, "a", 20_011, 0, 1));
        using var average = new WeightAverage(tensors.Trained, 0.5);
        average.Update();
        Hashed.Values(1, "b", 20_011, 0, 1).CopyTo(weight.Value);
        average.Update();
        var (weights, averaged) = (weight.Value.ToArray(), average.State[0].ToArray());
        average.Swap();
        Assert.True(average.SwappedIn);
        Assert.Equal(averaged, weight.Value);
        Assert.Throws<InvalidOperationException>(average.Update);
        average.Swap();
        Assert.Equal(weights, weight.Value);
        Assert.Equal(averaged, average.State[0].ToArray());
    }

    [Fact]
    public void Before_the_first_update_a_swap_leaves_the_weights()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, [1f, 2f]);
        using var average = new WeightAverage(tensors.Trained, 0.5);
        average.Swap();
        Assert.Equal([1f, 2f], weight.Value);
    }

    [Fact]
    public void A_restored_average_continues_with_the_same_bits()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(1, "a", 11, 0, 1));
        using var through = new WeightAverage(tensors.Trained, 0.9);
        through.Update();
        using var resumed = new WeightAverage(tensors.Trained, 0.9);
        resumed.State[0].CopyFrom(through.State[0].ToArray());
        resumed.RestoreUpdateCount(through.UpdateCount);
        Hashed.Values(1, "b", 11, 0, 1).CopyTo(weight.Value);
        through.Update();
        resumed.Update();
        Assert.Equal(through.State[0].ToArray(), resumed.State[0].ToArray());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void A_decay_outside_0_to_1_is_refused(double decay)
    {
        using var tensors = new Tensors();
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightAverage(tensors.Trained, decay));
    }
}
