namespace Weft;

/// <summary>One thing that was checked on this machine.</summary>
/// <param name="Name">What should hold, as a sentence.</param>
/// <param name="Found">The measured value that the verdict rests on.</param>
public sealed record SelfCheckResult(string Name, bool Passed, string Found);

/// <summary>
/// Whether the kernels compute what they should on the processor at hand: a small network is checked against definitions, not against stored results.
/// </summary>
public static class SelfCheck
{
    // Single precision through a dozen layers; a wrong kernel is off by orders of magnitude more.
    private const double Tolerance = 0.02;
    private const double Distance = 1e-2;
    private const int Batch = 6;

    // Channels that grow and shrink, norms with and without a pool behind them: what the plan fuses and where it shares memory.
    private static readonly NetworkDescription Description = new("self-check", new FeatureShape(11, 9, 3), new Sequential(
        new Conv2d(20, 3) { Padding = 1, Bias = false }, new BatchNorm2d(), new ReLU(),
        new Conv2d(10, 3) { Padding = 1 }, new BatchNorm2d(), new ReLU(), new MaxPool2d(2),
        new Conv2d(17, 1), new BatchNorm2d(), new ReLU(), new AveragePool2d(2), new Flatten(), new Linear(5)));

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not in 1…256.</exception>
    public static IReadOnlyList<SelfCheckResult> Run(int threads)
    {
        using var alone = Device.Cpu(1);
        using var team = Device.Cpu(threads);
        using var first = Network.Compile(Description, alone, new CompileOptions { BatchSize = Batch, Seed = 1 });
        using var second = Network.Compile(Description, team, new CompileOptions { BatchSize = Batch, Seed = 1 });
        var loss = Pass(first);
        Pass(second);
        return [SameBits(first, second, threads), FallsAsTheGradientSays(first, loss)];
    }

    private static SelfCheckResult SameBits(Network first, Network second, int threads)
    {
        var different = first.Parameters.Zip(second.Parameters).Count(pair => !SameBits(pair.First.Gradient.ToArray(), pair.Second.Gradient.ToArray()));
        return new SelfCheckResult($"1 and {threads} threads give the same bits", different == 0
            && SameBits(first.Logits, second.Logits), $"{different} of {first.Parameters.Count} gradients differ");
    }

    /// <summary>Along its own gradient g a loss changes by |g|² per unit; forward and backward have to agree on that.</summary>
    private static SelfCheckResult FallsAsTheGradientSays(Network network, double loss)
    {
        var squared = 0.0;
        var gradients = network.Parameters.Select(parameter => parameter.Gradient.ToArray()).ToArray();
        foreach (var gradient in gradients)
            foreach (var slope in gradient)
                squared += (double)slope * slope;
        var step = Distance / Math.Sqrt(squared);
        Move(network, gradients, step);
        var above = Pass(network);
        Move(network, gradients, -2 * step);
        var below = Pass(network);
        var measured = (above - below) / (2 * step);
        var off = Math.Abs(measured - squared) / squared;
        return new SelfCheckResult("the loss falls as its gradient says", double.IsFinite(loss) && off < Tolerance, $"{off:P2} off");
    }

    private static void Move(Network network, float[][] directions, double distance)
    {
        for (var p = 0; p < directions.Length; p++)
        {
            var value = network.Parameters[p].Value.ToArray();
            for (var i = 0; i < value.Length; i++)
                value[i] += (float)(distance * directions[p][i]);
            network.Parameters[p].Value.CopyFrom(value);
        }
    }

    private static double Pass(Network network)
    {
        var random = Rng.For(1, RngPurpose.Analysis);
        var images = new float[Batch * Description.Input.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = (float)random.Normal(i);
        var labels = Enumerable.Range(0, Batch).Select(i => i % network.ClassCount).ToArray();
        network.ForwardTraining(images, Batch, step: 0);
        var result = SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0, network.LogitsGradient);
        network.Backward();
        return result.MeanLoss;
    }

    private static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(a).SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(b));
}
