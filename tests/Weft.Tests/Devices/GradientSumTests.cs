using Weft.Tests.Fixtures;
using Weft.Tests.Reference;

namespace Weft.Tests.Devices;

public class CpuGradientSumTests() : GradientSumTests(() => Device.Cpu(2));

public class ReferenceGradientSumTests() : GradientSumTests(() => new ReferenceDevice());

/// <summary>What every device must do with the parts of a batch.</summary>
public abstract class GradientSumTests(Func<Device> create)
{
    private const int Image = 6 * 5 * 7; // floats of an image in the first test

    [Fact]
    public void The_gradients_of_parts_add_up_to_that_of_the_batch()
    {
        using var device = create();
        var shape = Shapes.Of(
            "parts", 6, 5, 10, 6, new Conv2d(10, 3), new ReLU(), new Dropout(0.2), new SpatialDropout(0.2));
        using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = 6, Seed = 3 });
        var whole = Gradients(0, 6);
        using GradientSum first = network.Tensors.AllocateGradientSum(), second = network.Tensors.AllocateGradientSum();
        network.Tensors.KeepStatistics();
        Gradients(0, 4);
        first.Take(1);
        Gradients(4, 2);
        second.Take(2);
        float[] expected = [.. first.Values.ToArray().Zip(second.Values.ToArray(), (a, b) => a + b)];
        first.Add(second);
        Assert.Equal(expected, first.Values.ToArray());
        second.Take(1);
        first.Give(withStatistics: true);
        Assert.Contains(Parts(), pair => pair.Part != pair.Whole); // a part counted twice is not the batch
        Gradients(0, 4);
        first.Take(1);
        first.Add(second);
        first.Give(withStatistics: true);
        foreach (var (part, all) in Parts())
            Assert.Equal(all, part, 1e-5);
        second.Clear();
        Assert.All(second.Values.ToArray(), value => Assert.Equal(0, value));

        float[] Gradients(int start, int count)
        {
            var images = shape.FloatImages(1)[(start * Image)..((start + count) * Image)];
            network.ForwardTraining(images, count, 7, start);
            Hashed.Values(1, "direction", 18, 0, 1).AsSpan(start * 3, count * 3).CopyTo(network.LogitsGradient);
            network.Backward();
            return [.. network.Parameters.SelectMany(parameter => parameter.Gradient.ToArray())];
        }

        IEnumerable<(double Part, double Whole)> Parts() => network.Parameters.SelectMany(parameter => parameter.Gradient.ToArray())
            .Zip(whole, (part, all) => ((double)part, (double)all));
    }

    [Fact]
    public void Every_part_of_a_batch_begins_with_the_same_running_statistics()
    {
        using var device = create();
        var shape = Shapes.Of("statistics", 3, 3, 4, 6, new BatchNorm2d());
        using var network = Network.Compile(shape.Description, device, new CompileOptions { BatchSize = 6 });
        var images = shape.FloatImages(1);
        float[] before = Statistics(), ofFirst = After(0), ofSecond = After(1);
        using GradientSum first = network.Tensors.AllocateGradientSum(), second = network.Tensors.AllocateGradientSum();
        network.Tensors.KeepStatistics();
        Pass(0);
        first.Take(0.5f);
        Assert.Equal(before, Statistics());
        Pass(1);
        second.Take(0.5f);
        first.Add(second);
        first.Give(withStatistics: false);
        Assert.Equal(before, Statistics());
        first.Give(withStatistics: true);
        Assert.Equal(ofFirst.Zip(ofSecond, (a, b) => 0.5f * a + 0.5f * b), Statistics());

        float[] After(int part)
        {
            network.Tensors.KeepStatistics();
            Pass(part);
            var after = Statistics();
            using var sum = network.Tensors.AllocateGradientSum();
            sum.Take(1);
            return after;
        }

        void Pass(int part)
        {
            network.ForwardTraining(images.AsSpan(part * 3 * 63, 3 * 63), 3, 1, part * 3);
            network.LogitsGradient.Fill(1);
            network.Backward();
        }

        float[] Statistics() => [.. network.State.Where(tensor => tensor.Name.Contains("running")).SelectMany(tensor => tensor.ToArray())];
    }
}
