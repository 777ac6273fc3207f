namespace Weft.Tests.Models;

/// <summary>Networks that are not in the catalog can be written down with the layers there are.</summary>
public class OwnNetworkTests
{
    // 5,288,548 is the number that torchvision's documentation gives.
    [Fact]
    public void EfficientNet_B0_has_as_many_parameters_as_torchvisions()
    {
        var channels = 32;
        List<Layer> features = [Convolution(32, 3, 2)];
        foreach (var (expansion, outputs, blocks, stride, kernel) in ((int, int, int, int, int)[])
            [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)])
        {
            for (var block = 0; block < blocks; block++)
            {
                features.Add(Block(channels, outputs, block == 0 ? stride : 1, expansion, kernel));
                channels = outputs;
            }
        }

        var description = new NetworkDescription("efficientnet_b0", new FeatureShape(64, 64, 3), new Sequential(
            [.. features, Convolution(1280, 1, 1), new GlobalAveragePool(), new Dropout(0.2), new Linear(1000)]));
        using var device = new CpuDevice(2);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 2 });

        Assert.Equal(5_288_548, network.ParameterCount);
        network.ForwardTraining(Hashed.Values(1, "images", 2 * description.Input.Length, 0, 1), 2, 1);
        Hashed.Values(1, "direction", 2000, 0, 1).CopyTo(network.LogitsGradient);
        network.Backward();
        Assert.Null(network.FindNonFinite());

        static Sequential Convolution(int outputs, int kernel, int stride, int groups = 1) =>
            new(new Conv2d(outputs, kernel) { Stride = stride, Padding = kernel / 2, Groups = groups, Bias = false }, new BatchNorm2d(), new SiLU());

        static Layer Block(int inputs, int outputs, int stride, int expansion, int kernel)
        {
            var hidden = inputs * expansion;
            var gate = new ChannelGate(new Sequential(new GlobalAveragePool(), new Conv2d(inputs / 4, 1), new SiLU(), new Conv2d(hidden, 1), new Sigmoid()));
            var body = new Sequential(
            [
                .. expansion > 1 ? [Convolution(hidden, 1, 1)] : (Layer[])[],
                Convolution(hidden, kernel, stride, hidden), gate, new Conv2d(outputs, 1) { Bias = false }, new BatchNorm2d(),
            ]);
            return stride == 1 && inputs == outputs ? new Residual(body) : body;
        }
    }

    [Fact]
    public void Weights_operations_and_first_values_count_the_inputs_of_a_group()
    {
        var description = new NetworkDescription("separable", new FeatureShape(8, 8, 16), new Sequential(
            new Conv2d(16, 3) { Padding = 1, Groups = 16, Bias = false },
                new Conv2d(16, 3) { Padding = 1, Groups = 4, Bias = false }, new GlobalAveragePool()));
        using var device = new CpuDevice(1);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = 1 });

        Assert.Equal(2L * 64 * 9 * 16 * (1 + 4), network.FlopsPerSample);
        Assert.Equal(9 * 16 * (1 + 4), network.ParameterCount);
        Assert.Equal(9 * 16 * (1 + 4), description.CountWeights());
        // PyTorch's default: ±1/√(inputs of one sum), which are those of a group.
        var (depthwise, grouped) = (network.State[0].ToArray(), network.State[1].ToArray());
        Assert.InRange(depthwise.Max(Math.Abs), 0.9 / 3, 1 / 3.0);
        Assert.InRange(grouped.Max(Math.Abs), 0.9 / 6, 1 / 6.0);
    }

    [Fact]
    public void Windows_that_do_not_fit_are_refused_with_what_would()
    {
        Refuses("groups that divide its 6 input and 8 output channels, but received 4", new Conv2d(8, 3) { Groups = 4 });
        Refuses("groups that divide its 6 input and 8 output channels, but received 3", new Conv2d(8, 3) { Groups = 3 });
        Refuses("positive channels, kernel, stride, dilation and groups", new Conv2d(8, 3) { Dilation = (1, 0) });
        Refuses("a padding of at least 0", new Conv2d(8, 3) { Padding = new(0, 0, -1, 0) });
        Refuses("an input of at least 11x1 with its padding of 0", new Conv2d(8, (3, 1)) { Dilation = (5, 9) });
        Refuses("a kernel of at most 16384 taps", new Conv2d(8, 129) { Padding = 64 });
        Refuses("a padding of at most half the kernel", new MaxPool2d((2, 3)) { Padding = new(0, 0, 2, 0) });
        Refuses("one factor for each of 6 channels, but received 5", new ChannelGate(new Sequential(new GlobalAveragePool(), new Linear(5))));
        Refuses("it would multiply a value by itself", new ChannelGate(new Sequential()));

        static void Refuses(string message, Layer layer)
        {
            var description = new NetworkDescription("net", new FeatureShape(8, 9, 6), new Sequential(layer, new GlobalAveragePool()));
            Assert.Contains(message, Assert.Throws<NetworkException>(() => description.InferOutput()).Message);
        }
    }
}
