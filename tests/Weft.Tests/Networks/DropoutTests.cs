namespace Weft.Tests.Networks;

public class DropoutTests
{
    private const double Rate = 0.3;
    private const int Features = 1000;

    [Fact]
    public void Elements_are_dropped_at_the_rate_and_the_others_scaled()
    {
        var mask = Mask(seed: 1, step: 0);
        Assert.All(mask, factor => Assert.True(factor == 0 || Math.Abs(factor - 1 / (1 - Rate)) < 1e-5));
        var dropped = mask.Count(factor => factor == 0) / (double)mask.Length;
        // Five standard deviations of a mean over 4,000 draws.
        Assert.Equal(Rate, dropped, 5 * Math.Sqrt(Rate * (1 - Rate) / mask.Length));
    }

    [Fact]
    public void The_mask_is_a_function_of_seed_and_step()
    {
        Assert.Equal(Mask(1, 5), Mask(1, 5));
        Assert.NotEqual(Mask(1, 5), Mask(1, 6));
        Assert.NotEqual(Mask(1, 5), Mask(2, 5));
    }

    [Fact]
    public void Samples_have_masks_of_their_own()
    {
        var mask = Mask(1, 0);
        Assert.NotEqual(mask[..Features], mask[Features..(2 * Features)]);
    }

    [Fact]
    public void Two_dropouts_of_one_network_have_masks_of_their_own()
    {
        // With independent masks 0.7² = 49 % of the elements survive both, with the same mask 70 %.
        var both = Mask(1, 0, new Sequential(new Linear(Features), new Dropout(Rate), new Dropout(Rate)));
        Assert.Equal((1 - Rate) * (1 - Rate), both.Count(factor => factor != 0) / (double)both.Length, 0.05);
    }

    [Fact]
    public void The_gradient_passes_where_the_element_did()
    {
        using var device = new CpuDevice(2);
        using var network = Compile(device, 1, Body());
        Forward(network, 0);
        var open = network.Logits.ToArray().Select(x => x != 0).ToArray();
        network.LogitsGradient.Fill(1);
        network.Backward();
        var bias = network.Parameters.Single(parameter => parameter.Kind == ParameterKind.Bias).Gradient.ToArray();
        for (var o = 0; o < Features; o++)
        {
            var survivors = Enumerable.Range(0, 4).Count(n => open[n * Features + o]);
            Assert.Equal(survivors / (1 - Rate), bias[o], 1e-5);
        }
    }

    [Fact]
    public void In_evaluation_nothing_is_dropped()
    {
        using var device = new CpuDevice(2);
        using var network = Compile(device, 1, Body());
        network.Forward([1, 1, 1, 1], 4);
        Assert.All(network.Logits.ToArray(), logit => Assert.Equal(1, logit));
    }

    private static Sequential Body() => new(new Linear(Features), new Dropout(Rate));

    private static float[] Mask(long seed, long step, Layer? body = null)
    {
        using var device = new CpuDevice(2);
        using var network = Compile(device, seed, body ?? Body());
        Forward(network, step);
        return network.Logits.ToArray();
    }

    // All weights 1, all biases 0, all inputs 1: the logits are the mask.
    private static Network Compile(Device device, long seed, Layer body)
    {
        var network = Network.Compile(new NetworkDescription("mask", FeatureShape.Flat(1), body), device, new CompileOptions { BatchSize = 4, Seed = seed });
        foreach (var tensor in network.State)
            tensor.CopyFrom([.. Enumerable.Repeat(tensor.Name.EndsWith("weight") ? 1f : 0f, tensor.Length)]);
        return network;
    }

    private static void Forward(Network network, long step) => network.ForwardTraining([1, 1, 1, 1], 4, step);
}
