using Weft.Tests.Fixtures;

namespace Weft.Tests.Optimizers;

public class OptimizerTests
{
    // 20 updates of floats against PyTorch in double: each rounds to 6e-8 of the weight.
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Names => [.. Configurations.Keys];

    internal static Dictionary<string, (OptimizerOptions Options, double Rate)> Configurations { get; } = new()
    {
        ["sgd"] = (new SgdOptions { Momentum = 0, Nesterov = false }, 0.1),
        ["sgd-decay"] = (new SgdOptions { Momentum = 0, Nesterov = false, WeightDecay = 0.05 }, 0.1),
        ["momentum"] = (new SgdOptions { Nesterov = false, WeightDecay = 0.05 }, 0.1),
        ["nesterov"] = (new SgdOptions { Momentum = 0.8, Nesterov = true, WeightDecay = 0.05 }, 0.1),
        ["clipped"] = (new SgdOptions { Nesterov = false, ClipNorm = 0.5 }, 0.1),
        ["adam"] = (new AdamOptions(), 0.01),
        ["adam-decay"] = (new AdamOptions { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3, WeightDecay = 0.05 }, 0.01),
        ["adamw"] = (new AdamWOptions { WeightDecay = 0.05 }, 0.01),
        ["rmsprop"] = (new RmsPropOptions { Momentum = 0, WeightDecay = 0.05 }, 0.01),
        ["rmsprop-momentum"] = (new RmsPropOptions { Smoothing = 0.9, Momentum = 0.7 }, 0.01),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_steps_are_PyTorchs(string name)
    {
        var fixture = new Fixture("optimizers.safetensors");
        var (options, rate) = Configurations[name];
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(1, "weight", fixture.Metadata<int>("length"), 0, 1));
        using var optimizer = Optimizer.Create(options, tensors.Trained);
        for (var step = 0; step < fixture.Metadata<int>("steps"); step++)
        {
            Hashed.Values(1, $"gradient {step}", weight.Length, 0.1, 1).CopyTo(weight.Gradient);
            optimizer.Step(rate);
        }

        Close.Require("weight", Tolerance, fixture.Tensor($"{name}.weight"), weight.Value);
        foreach (var moment in optimizer.State)
        {
            var key = moment.Name.Split('.')[0] == "momentum" ? "momentum_buffer" : moment.Name.Split('.')[0];
            var values = new float[moment.Length];
            moment.CopyTo(values);
            Close.Require(moment.Name, Tolerance, fixture.Tensor($"{name}.{key}"), values);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_gets_the_same_update_element_by_element(string name)
    {
        // The truth for an element is what it gets in a long tensor: lanes and the rest of a tensor may not differ by a bit.
        var (options, rate) = Configurations[name];
        options = options with { ClipNorm = null };
        var whole = Update(options, rate, 257);
        for (var length = 0; length < 257; length++)
            Assert.Equal(whole[..length], Update(options, rate, length));
        Assert.Equal(whole, Update(options, rate, 40_001)[..257]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_restored_optimizer_continues_with_the_same_bits(string name)
    {
        var (options, rate) = Configurations[name];
        using var through = new Tensors();
        var weight = through.Add("weight", ParameterKind.Weight, Hashed.Values(3, "weight", 21, 0, 1));
        using var optimizer = Optimizer.Create(options, through.Trained);
        Steps(optimizer, weight, rate, 0, 3);

        using var resumed = new Tensors();
        var copy = resumed.Add("weight", ParameterKind.Weight, weight.Value);
        using var second = Optimizer.Create(options, resumed.Trained);
        foreach (var (from, to) in optimizer.State.Zip(second.State))
        {
            var values = new float[from.Length];
            from.CopyTo(values);
            to.CopyFrom(values);
        }

        second.RestoreStepCount(optimizer.StepCount);
        Steps(optimizer, weight, rate, 3, 3);
        Steps(second, copy, rate, 3, 3);
        Assert.Equal(weight.Value, copy.Value);
    }

    [Fact]
    public void Norms_and_biases_are_decayed_only_when_asked()
    {
        foreach (var kind in Enum.GetValues<ParameterKind>())
            foreach (var asked in (bool[])[false, true])
            {
                using var tensors = new Tensors();
                var parameter = tensors.Add("p", kind, [1f]);
                using var optimizer = Optimizer.Create(new SgdOptions { Nesterov = false, WeightDecay = 0.5, DecayNormsAndBiases = asked }, tensors.Trained);
                optimizer.Step(1);
                Assert.Equal(asked || kind == ParameterKind.Weight ? 0.5f : 1f, parameter.Value[0]);
            }
    }

    [Fact]
    public void Clipping_takes_the_norm_over_all_parameters_and_leaves_the_gradients_alone()
    {
        using var tensors = new Tensors();
        var first = tensors.Add("a", ParameterKind.Weight, [0f]);
        var second = tensors.Add("b", ParameterKind.Bias, [0f]);
        (first.Gradient[0], second.Gradient[0]) = (3, 4);
        using var optimizer = Optimizer.Create(new SgdOptions { Momentum = 0, Nesterov = false, ClipNorm = 1 }, tensors.Trained);
        optimizer.Step(1);
        Assert.Equal(-0.6, first.Value[0], 1e-6);
        Assert.Equal(-0.8, second.Value[0], 1e-6);
        Assert.Equal(3, first.Gradient[0]);
    }

    [Fact]
    public void Moments_never_become_denormal()
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, [1f, 1f, 1f]);
        using var optimizer = Optimizer.Create(new SgdOptions { Momentum = 0.5, Nesterov = false }, tensors.Trained);
        weight.Gradient.Fill(1e-20f);
        optimizer.Step(0.1);
        weight.Gradient.Clear();
        var moment = new float[3];
        for (var step = 0; step < 200; step++)
        {
            optimizer.Step(0.1);
            optimizer.State[0].CopyTo(moment);
            Assert.All(moment, m => Assert.False(float.IsSubnormal(m)));
        }

        Assert.All(moment, m => Assert.Equal(0, m));
    }

    [Fact]
    public void A_nan_in_the_gradient_reaches_the_weight()
    {
        foreach (var (options, rate) in Configurations.Values)
        {
            using var tensors = new Tensors();
            var weight = tensors.Add("weight", ParameterKind.Weight, [1f, 2f]);
            using var optimizer = Optimizer.Create(options with { ClipNorm = null }, tensors.Trained);
            weight.Gradient[1] = float.NaN;
            optimizer.Step(rate);
            Assert.True(float.IsFinite(weight.Value[0]));
            Assert.True(float.IsNaN(weight.Value[1]));
        }
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        foreach (var (options, rate) in Configurations.Values)
        {
            using var tensors = new Tensors();
            tensors.Add("weight", ParameterKind.Weight, new float[50_000]);
            using var optimizer = Optimizer.Create(options with { ClipNorm = 1 }, tensors.Trained);
            optimizer.Step(rate);
            Assert.Equal(0, Allocations.Least(GC.GetAllocatedBytesForCurrentThread, () => optimizer.Step(rate)));
        }
    }

    [Fact]
    public void Nonsense_is_refused_all_at_once()
    {
        using var tensors = new Tensors();
        var refused = Assert.Throws<ArgumentException>(
            () => Optimizer.Create(new SgdOptions { Momentum = 1.5, WeightDecay = -1, ClipNorm = 0 }, tensors.Trained));
        Assert.Contains("momentum is 1.5", refused.Message);
        Assert.Contains("weight_decay is -1", refused.Message);
        Assert.Contains("clip_norm is 0", refused.Message);
        Assert.Throws<ArgumentException>(() => Optimizer.Create(new SgdOptions { Momentum = 0, Nesterov = true }, tensors.Trained));
        Assert.Throws<ArgumentException>(() => Optimizer.Create(new AdamOptions { Beta2 = 1 }, tensors.Trained));
        Assert.Throws<ArgumentException>(() => Optimizer.Create(new SamOptions(new SamOptions(new SgdOptions())), tensors.Trained));
    }

    private static float[] Update(OptimizerOptions options, double rate, int length)
    {
        using var tensors = new Tensors();
        var weight = tensors.Add("weight", ParameterKind.Weight, Hashed.Values(2, "weight", length, 0, 1));
        using var optimizer = Optimizer.Create(options, tensors.Trained);
        Steps(optimizer, weight, rate, 0, 2);
        return weight.Value.ToArray();
    }

    private static void Steps(Optimizer optimizer, TestParameter weight, double rate, int first, int count)
    {
        for (var step = first; step < first + count; step++)
        {
            Hashed.Values(2, $"gradient {step}", weight.Length, 0, 1).CopyTo(weight.Gradient);
            optimizer.Step(rate);
        }
    }
}
