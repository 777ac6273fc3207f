using Weft.Tests.Models;
using Weft.Tests.Reference;

namespace Weft.Tests;

public class NetworkCutTests
{
    public static TheoryData<string> Models => [.. ModelCatalog.Models.Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Front_and_back_together_give_the_bits_of_the_whole(string model)
    {
        var whole = Describe(model);
        Assert.Equal(Logits(whole), Logits(NetworkCut.BeforeLogits(whole)!));
    }

    // One of them has a norm with statistics after its last map.
    private const string Uncut = "mobilenetv4-conv-small";

    public static TheoryData<string> CutModels => [.. ModelCatalog.Models.Select(model => model.Name).Where(name => name != Uncut)];

    [Fact]
    public void A_network_with_statistics_after_its_last_feature_map_is_not_cut_there() => Assert.Null(NetworkCut.AfterLastFeatureMap(Describe(Uncut)));

    [Theory]
    [MemberData(nameof(CutModels))]
    public void Behind_the_last_feature_map_stands_everything_else(string model)
    {
        var whole = Describe(model);
        var cut = NetworkCut.AfterLastFeatureMap(whole)!;
        Assert.True(cut.Value.Pixels > 1, $"{cut.Value}");
        Assert.DoesNotContain(((Sequential)cut.Back.Body).Layers, layer => layer is Dropout or SpatialDropout);
        var expected = Logits(whole);
        // A pool that is no longer fused with its norm, and a convolution that is, may round otherwise.
        Close.Require(model, 1e-5, [.. expected.Select(value => (double)value)], Logits(cut));
    }

    [Fact]
    public void Cnn5_is_cut_at_its_widest_last_map_and_before_its_last_layer()
    {
        var cnn5 = ModelCatalog.Describe("cnn5", new ModelOptions());
        Assert.Equal(new FeatureShape(14, 14, 256), NetworkCut.AfterLastFeatureMap(cnn5)!.Value);
        Assert.Equal(FeatureShape.Flat(512), NetworkCut.BeforeLogits(cnn5)!.Value);
    }

    [Fact]
    public void A_network_without_logits_layer_or_feature_map_is_not_cut()
    {
        var flat = new NetworkDescription("flat", FeatureShape.Flat(5), new Sequential(new Linear(4), new ReLU(), new Linear(3)));
        Assert.Null(NetworkCut.AfterLastFeatureMap(flat));
        Assert.NotNull(NetworkCut.BeforeLogits(flat));
        var pooled = new NetworkDescription("pooled", new FeatureShape(4, 4, 2), new Sequential(new Conv2d(3, 3), new GlobalAveragePool()));
        Assert.Null(NetworkCut.BeforeLogits(pooled));
    }

    [Fact]
    public void Gradient_of_the_images_is_that_of_the_reference()
    {
        Assert.All(Shapes.All, shape =>
        {
            using var device = new CpuDevice(2);
            using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = shape.Batch, InputGradient = true });
            var reference = new ReferenceNetwork(shape.Description);
            var logits = reference.ForwardTraining(shape.Images(1));
            reference.Tensors.CopyTo(network);
            network.ForwardTraining(shape.FloatImages(1), shape.Batch, 0);
            var direction = Hashed.Values(1, "direction", logits.Length, 0, 1);
            direction.CopyTo(network.LogitsGradient);
            network.Backward();
            var expected = reference.Backward([.. direction.Select(d => (double)d)]);
            Close.Require(shape.Name, GradientCheck.Tolerance, Nhwc(expected, shape), network.InputGradient);
        });
    }

    private static NetworkDescription Describe(string model) =>
        ModelCatalog.Describe(model, new ModelOptions { Width = 0.25, Input = new FeatureShape(HashedModel.SizeFor(model), HashedModel.SizeFor(model), 1) });

    private static double[] Nhwc(double[] values, Shape shape)
    {
        var (height, width, channels) = (shape.Input.Height, shape.Input.Width, shape.Input.Channels);
        return [.. Enumerable.Range(0, values.Length).Select(i =>
        {
            var (pixel, c) = Math.DivRem(i, channels);
            var (n, place) = Math.DivRem(pixel, height * width);
            return values[(n * channels + c) * height * width + place];
        })];
    }

    private static float[] Logits(NetworkDescription whole)
    {
        using var device = new CpuDevice(2);
        using var network = Compile(whole, device, whole);
        network.Forward(Images(whole.Input), 2);
        return network.Logits.ToArray();
    }

    private static float[] Logits(NetworkCut cut)
    {
        using var device = new CpuDevice(2);
        var whole = Describe(cut.Front.Name);
        using var front = Compile(cut.Front, device, whole);
        using var back = Compile(cut.Back, device, whole);
        front.Forward(Images(cut.Front.Input), 2);
        back.Forward(front.Logits, 2);
        return back.Logits.ToArray();
    }

    private static float[] Images(FeatureShape shape)
    {
        var rng = Rng.For(1, RngPurpose.Analysis);
        return [.. Enumerable.Range(0, 2 * shape.Length).Select(i => (float)rng.Normal(i))];
    }

    /// <summary>With the weights that the whole network begins with.</summary>
    private static Network Compile(NetworkDescription part, CpuDevice device, NetworkDescription whole)
    {
        using var source = Network.Compile(whole, device, new CompileOptions { BatchSize = 2, Training = false, Seed = 3 });
        var network = Network.Compile(part, device, new CompileOptions { BatchSize = 2, Training = false });
        foreach (var tensor in network.State)
            tensor.CopyFrom(source.State.Single(other => other.Name == tensor.Name).ToArray());
        return network;
    }
}
