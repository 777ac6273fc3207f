using Weft.Tests.Models;

namespace Weft.Tests.Networks;

/// <summary>Same seed, same bits: for any number of threads, and whatever ran before.</summary>
public class NetworkBitsTests
{
    private const int Batch = 7;

    [Theory]
    [InlineData("small", true)]
    [InlineData("cnn4", false)]
    [InlineData("cnn5", false)]
    [InlineData("googlenet", false)]
    public void Any_number_of_threads_gives_the_same_bits(string model, bool sam)
    {
        OptimizerOptions options = sam ? new SamOptions(new AdamWOptions()) : new SgdOptions { Nesterov = true, WeightDecay = 5e-4, ClipNorm = 1 };
        var one = Train(model, options, threads: 1);
        foreach (var threads in (int[])[2, 3, 4, 7])
            Assert.True(one.SequenceEqual(Train(model, options, threads)), $"{threads} threads");
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        using var device = new CpuDevice(1);
        using var first = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = 1, Seed = 1 });
        using var second = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = 1, Seed = 2 });
        Assert.NotEqual(first.State[0].Read(), second.State[0].Read());
    }

    // Five steps with dropout, the last batch partial; then logits, weights, moments and the average as one list.
    private static List<float> Train(string model, OptimizerOptions options, int threads)
    {
        using var device = new CpuDevice(threads);
        using var network = Network.Compile(
            ModelCatalog.Describe(model, new ModelOptions { Width = 0.25, Dropout = 0.5 }), device, new CompileOptions { BatchSize = Batch, Seed = 3 });
        using var optimizer = Optimizer.Create(options, network);
        using var average = new WeightAverage(network, 0.9);
        for (var step = 0; step < 5; step++)
        {
            var count = step < 4 ? Batch : 3;
            var (images, labels) = HashedModel.Batch(1, step, count);
            Pass();
            if (optimizer.NeedsSecondPass)
            {
                optimizer.Perturb();
                Pass();
            }

            optimizer.Step(0.01);
            average.Update();

            void Pass()
            {
                network.Forward(images, count, Phase.Training, step);
                SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0.1, network.LogitsGradient);
                network.Backward();
            }
        }

        average.Swap();
        network.Forward(HashedModel.Batch(1, 9, Batch).Images, Batch, Phase.Evaluation);
        return [.. network.Logits, .. network.State.Concat(optimizer.State).Concat(average.State).SelectMany(tensor => tensor.Read())];
    }
}
