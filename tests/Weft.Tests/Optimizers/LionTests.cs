namespace Weft.Tests.Optimizers;

public class LionTests
{
    private const double Rate = 0.01;
    private const int Length = 211;

    [Theory]
    [InlineData(0.9, 0.99, 0)]
    [InlineData(0.95, 0.98, 0.1)]
    public void Twenty_steps_are_the_papers(double beta1, double beta2, double decay)
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(5, "weight", Length, 0, 1));
        using var optimizer = Optimizer.Create(new LionOptions { Beta1 = beta1, Beta2 = beta2, WeightDecay = decay }, tensors.Trained);
        double[] expected = [.. weight.Value.ToArray().Select(value => (double)value)], mean = new double[Length];
        for (var step = 0; step < 20; step++)
        {
            var gradient = Hashed.Values(5, $"gradient {step}", Length, 0.1, 1);
            gradient.CopyTo(weight.Gradient);
            optimizer.Step(Rate);
            for (var i = 0; i < Length; i++)
            {
                var update = mean[i] * beta1 + gradient[i] * (1 - beta1);
                expected[i] = expected[i] * (1 - Rate * decay) - Rate * Math.Sign(update);
                mean[i] = mean[i] * beta2 + gradient[i] * (1 - beta2);
            }
        }

        Close.Require("weight", 1e-5, expected, weight.Value);
        var moment = new float[Length];
        Assert.Equal("exp_avg.weight", Assert.Single(optimizer.State).Name);
        optimizer.State[0].CopyTo(moment);
        Close.Require("mean", 1e-5, mean, moment);
    }

    [Fact]
    public void Without_a_gradient_nothing_moves_and_what_is_no_number_shows()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, [1, 1]);
        using var optimizer = Optimizer.Create(new LionOptions(), tensors.Trained);
        new[] { 0, float.NaN }.CopyTo(weight.Gradient);
        optimizer.Step(Rate);

        Assert.Equal(1, weight.Value[0]);
        Assert.True(float.IsNaN(weight.Value[1]));
    }

    [Fact]
    public void Every_length_gets_the_same_update_element_by_element()
    {
        var whole = Update(257);
        for (var length = 0; length < 257; length++)
            Assert.Equal(whole[..length], Update(length));
    }

    private static float[] Update(int length)
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(2, "weight", length, 0, 1));
        using var optimizer = Optimizer.Create(new LionOptions { WeightDecay = 0.1 }, tensors.Trained);
        for (var step = 0; step < 3; step++)
        {
            Hashed.Values(2, $"gradient {step}", length, 0, 1).CopyTo(weight.Gradient);
            optimizer.Step(Rate);
        }

        return weight.Value.ToArray();
    }
}
