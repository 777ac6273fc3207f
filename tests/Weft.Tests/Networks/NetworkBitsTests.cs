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
        OptimizerOptions options = sam ? new SamOptions(new AdamWOptions { WeightDecay = 0.01 })
            : new SgdOptions { Nesterov = true, WeightDecay = 5e-4, ClipNorm = 1 };
        var one = Train(model, options, threads: 1);
        foreach (var threads in (int[])[2, 3, 4, 7])
            Assert.True(one.SequenceEqual(Train(model, options, threads)), $"{threads} threads");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Updating_weights_within_the_backward_pass_changes_no_bits(int threads)
    {
        OptimizerOptions[] all =
        [
            new SgdOptions { Momentum = 0, Nesterov = false, WeightDecay = 5e-4 }, new SgdOptions { Nesterov = true, WeightDecay = 5e-4 },
            new SgdOptions { Nesterov = false, ClipNorm = 0.1 },
            new AdamWOptions { WeightDecay = 0.01 }, new RmsPropOptions { Momentum = 0 }, new SamOptions(new SgdOptions { Nesterov = false }),
        ];
        foreach (var options in all)
            Assert.True(Train("cnn5", options, threads).SequenceEqual(Train("cnn5", options, threads, within: true)), $"{options}");
    }

    [Fact]
    public void Weights_updated_within_the_backward_pass_have_no_gradient_to_show()
    {
        using var device = new CpuDevice(1);
        using var network = Network.Compile(ModelCatalog.Describe("cnn5", new ModelOptions { Width = 0.25 }), device, new CompileOptions { BatchSize = Batch });
        using var optimizer = Optimizer.Create(new SgdOptions { Nesterov = false }, network.Tensors);
        var (images, labels) = HashedModel.Batch(1, 0, Batch);
        var before = network.Parameters.Select(parameter => parameter.Value.ToArray()).ToList();
        network.ForwardTraining(images, Batch, 0);
        SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0, network.LogitsGradient);
        network.BackwardAndStep(optimizer, 0.01);
        Assert.Equal(1, optimizer.StepCount);
        foreach (var (parameter, old) in network.Parameters.Zip(before).Where(pair => pair.First.Kind == ParameterKind.Weight))
        {
            Assert.NotEqual(old, parameter.Value.ToArray());
            Assert.Equal(parameter.Name is "fc1.weight" or "fc2.weight", parameter.Gradient.ToArray().All(value => value == 0));
        }
    }

    [Fact]
    public void Another_seed_gives_other_weights()
    {
        using var device = new CpuDevice(1);
        using var first = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = 1, Seed = 1 });
        using var second = Network.Compile(ModelCatalog.Describe("small", new ModelOptions()), device, new CompileOptions { BatchSize = 1, Seed = 2 });
        Assert.NotEqual(first.State[0].ToArray(), second.State[0].ToArray());
    }

    // Five steps with dropout, the last batch partial; then logits, weights, moments and the average as one list.
    private static List<float> Train(string model, OptimizerOptions options, int threads, bool within = false)
    {
        using var device = new CpuDevice(threads);
        using var network = Network.Compile(
            ModelCatalog.Describe(model, new ModelOptions { Width = 0.25, Dropout = 0.5 }), device, new CompileOptions { BatchSize = Batch, Seed = 3 });
        using var optimizer = Optimizer.Create(options, network.Tensors);
        using var average = new WeightAverage(network.Tensors, 0.9);
        for (var step = 0; step < 5; step++)
        {
            var count = step < 4 ? Batch : 3;
            var (images, labels) = HashedModel.Batch(1, step, count);
            Forward();
            if (optimizer.NeedsSecondPass)
            {
                network.Backward();
                optimizer.Perturb();
                Forward();
            }

            if (within)
            {
                network.BackwardAndStep(optimizer, 0.01);
            }
            else
            {
                network.Backward();
                optimizer.Step(0.01);
            }

            average.Update();

            void Forward()
            {
                network.ForwardTraining(images, count, step);
                SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0.1, network.LogitsGradient);
            }
        }

        average.Swap();
        network.Forward(HashedModel.Batch(1, 9, Batch).Images, Batch);
        return [.. network.Logits, .. network.State.Concat(optimizer.State).Concat(average.State).SelectMany(tensor => tensor.ToArray())];
    }
}
