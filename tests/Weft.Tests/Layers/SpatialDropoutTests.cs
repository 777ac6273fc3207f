using Weft.Tests.Reference;

namespace Weft.Tests.Layers;

public class SpatialDropoutTests
{
    private const double Rate = 0.3;

    private static readonly FeatureShape Input = new(4, 3, 7);

    // What is dropped is read off the network itself: with unit weights a channel's logit is its mask's factor.
    private static float[] Mask(int channels, int count, long seed, long step, int threads = 2, int batchSize = 40, bool training = true)
    {
        var description = new NetworkDescription("mask", new FeatureShape(2, 2, channels), new Sequential(new SpatialDropout(Rate), new GlobalAveragePool()));
        using var device = new CpuDevice(threads);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = batchSize, Seed = seed });
        float[] ones = [.. Enumerable.Repeat(1f, count * 4 * channels)];
        if (training)
            network.ForwardTraining(ones, count, step);
        else
            network.Forward(ones, count);
        return network.Logits.ToArray();
    }

    [Fact]
    public void A_channel_is_dropped_whole_or_scaled_and_the_share_is_the_rate()
    {
        var mask = Mask(33, 40, seed: 5, step: 7);
        Assert.All(mask, factor => Assert.True(factor == 0 || Math.Abs(factor - 1 / (1 - Rate)) < 1e-6));
        var share = mask.Count(factor => factor == 0) / (double)mask.Length;
        Assert.InRange(share, Rate - 0.05, Rate + 0.05); // four deviations of 1,320 draws
    }

    [Fact]
    public void The_mask_depends_on_seed_step_and_sample_only()
    {
        var mask = Mask(33, 40, 5, 7);
        Assert.Equal(mask, Mask(33, 40, 5, 7, threads: 3));
        Assert.Equal(mask[..(10 * 33)], Mask(33, 10, 5, 7, batchSize: 10));
        Assert.NotEqual(mask, Mask(33, 40, 5, 8));
        Assert.NotEqual(mask, Mask(33, 40, 6, 7));
        Assert.NotEqual(mask[..33], mask[33..66]);
    }

    [Fact]
    public void Evaluation_changes_nothing() => Assert.All(Mask(5, 3, 5, 7, training: false), factor => Assert.Equal(1, factor));

    [Fact]
    public void Two_dropout_layers_draw_different_masks()
    {
        var description = new NetworkDescription(
            "two", new FeatureShape(1, 1, 64), new Sequential(new Concat(new SpatialDropout(0.5), new SpatialDropout(0.5))));
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1 });
        network.ForwardTraining([.. Enumerable.Repeat(1f, 64)], 1, 3);
        Assert.NotEqual(network.Logits[..64].ToArray(), network.Logits[64..].ToArray());
    }

    public static TheoryData<string> Bodies => ["in place", "before a residual", "inside a residual"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Its_gradient_matches_the_reference_under_the_same_mask(string place)
    {
        var drop = new SpatialDropout(Rate) { Name = "drop" };
        Layer[] middle = place switch
        {
            "in place" => [drop],
            "before a residual" => [drop, new Residual(new Conv2d(10, 3) { Padding = 1 })],
            _ => [new Residual(new Sequential(drop, new Conv2d(10, 3) { Padding = 1 }) { Name = "body" }) { Name = "residual" }],
        };
        var shape = Shapes.Of(place, Input.Height, Input.Width, 10, 5, middle);
        using var device = new CpuDevice(2);
        using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = 6, Seed = 11 });
        var reference = new ReferenceNetwork(shape.Description);
        reference.Forward(shape.Images(1));
        reference.Tensors.CopyTo(network);

        // The first dropout layer of seed 11 at step 2, wherever it stands.
        var mask = Mask(10, 5, 11, 2);
        var path = place == "inside a residual" ? "residual.body.drop" : "drop";
        reference.DropoutMasks[path] = [.. mask.SelectMany(factor => Enumerable.Repeat((double)factor, Input.Pixels))];
        network.ForwardTraining(shape.FloatImages(1), 5, 2);
        var logits = reference.ForwardTraining(shape.Images(1));
        Close.Require("logits", GradientCheck.Tolerance, logits, network.Logits);
        var direction = Hashed.Values(1, "direction", logits.Length, 0, 1);
        direction.CopyTo(network.LogitsGradient);
        network.Backward();
        reference.Backward([.. direction.Select(d => (double)d)]);
        foreach (var parameter in network.Parameters)
            Close.Require(parameter.Name, GradientCheck.Tolerance, reference.Tensors.Gradients[parameter.Name], parameter.Gradient.ToArray());
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_rate_outside_its_range_is_refused(double rate)
    {
        using var device = new CpuDevice(1);
        var description = new NetworkDescription("wrong", Input, new Sequential(new SpatialDropout(rate), new GlobalAveragePool()));
        var wrong = Assert.Throws<NetworkException>(() => Network.Compile(description, device, new CompileOptions()));
        Assert.Contains("SpatialDropout \"0\" expects a rate of at least 0 and below 1", wrong.Message);
    }
}
