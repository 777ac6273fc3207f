using Weft.Tests.Models;

namespace Weft.Tests.Networks;

public class AllocationTests
{
    [Theory]
    [InlineData("cnn4", 1, null)]
    [InlineData("cnn5", 3, null)]
    [InlineData("googlenet", 1, 1.0)]
    [InlineData("googlenet", 3, 1.0)]
    public void A_step_and_an_evaluation_allocate_nothing(string model, int threads, double? clipNorm)
    {
        const int Batch = 4;
        using var device = new CpuDevice(threads);
        using var network = Network.Compile(
            ModelCatalog.Describe(model, new ModelOptions { Width = 0.25, Dropout = 0.3 }), device, new CompileOptions { BatchSize = Batch });
        using var optimizer = Optimizer.Create(new SgdOptions { Nesterov = true, ClipNorm = clipNorm }, network.Tensors);
        using var average = new WeightAverage(network.Tensors, 0.99);
        var (images, labels) = HashedModel.Batch(1, 0, Batch);
        for (var step = 0; step < 3; step++)
            Step(step);

        // Of the whole process: what the workers allocate counts too. A worker's first sleep makes an object, once in its life, whenever that is.
        Assert.Equal(0, Allocations.Least(() => GC.GetTotalAllocatedBytes(precise: true), () =>
        {
            for (var step = 3; step < 10; step++)
                Step(step);
        }));

        void Step(long step)
        {
            network.ForwardTraining(images, Batch, step);
            SoftmaxCrossEntropy.Evaluate(network.Logits, network.ClassCount, new Targets(labels), 0.1, network.LogitsGradient);
            network.BackwardAndStep(optimizer, 0.01);
            average.Update();
            average.Swap();
            network.Forward(images, Batch);
            average.Swap();
        }
    }
}
