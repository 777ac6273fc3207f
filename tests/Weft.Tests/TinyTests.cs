namespace Weft.Tests;

/// <summary>The smoke test: seconds, and most of the engine. The first thing to run after a change.</summary>
public class TinyTests
{
    [Fact]
    public void Thirty_two_images_of_noise_are_learned_by_heart()
    {
        const int Count = 32;
        var description = new NetworkDescription("tiny", new FeatureShape(8, 8, 1), new Sequential(
            new Conv2d(8, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2),
            new Conv2d(16, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new Flatten(), new Linear(10)));
        using var device = new CpuDevice(2);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = Count, Seed = 1 });
        using var optimizer = Optimizer.Create(new AdamOptions(), network.Tensors);
        var images = Hashed.Values(1, "images", Count * 64, 0, 1);
        var labels = Enumerable.Range(0, Count).Select(i => (int)(Hashed.Bits(2, i) % 10)).ToArray();

        double loss;
        var step = 0;
        do
        {
            network.ForwardTraining(images, Count, step);
            loss = SoftmaxCrossEntropy.Evaluate(network.Logits, 10, new Targets(labels), 0, network.LogitsGradient).MeanLoss;
            network.Backward();
            optimizer.Step(0.01);
        }
        while (++step < 100 && loss >= 0.01);

        Assert.True(loss < 0.01, $"the loss is {loss} after {step} steps");
        Assert.Equal(Count, Evaluate().Correct);

        LossResult Evaluate()
        {
            network.Forward(images, Count);
            return SoftmaxCrossEntropy.Evaluate(network.Logits, 10, new Targets(labels), 0, default);
        }
    }
}
