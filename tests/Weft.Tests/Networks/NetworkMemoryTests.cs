namespace Weft.Tests;

public class NetworkMemoryTests
{
    public static TheoryData<string, bool> Everything
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var model in ModelCatalog.Models)
            {
                data.Add(model.Name, true);
                data.Add(model.Name, false);
            }

            return data;
        }
    }

    /// <summary>What is refused or let begin by the measure is what the network takes.</summary>
    [Theory]
    [MemberData(nameof(Everything))]
    public void The_measure_is_what_the_compiled_network_takes(string name, bool training)
    {
        foreach (var normalization in new[] { NormalizationName.Batch, NormalizationName.Group, NormalizationName.None })
        {
            var description = ModelCatalog.Describe(name, new ModelOptions { Width = 0.25, Normalization = normalization, NormalizationGroups = 2 });
            using var device = new CpuDevice(3);
            var options = new CompileOptions { BatchSize = 5, Training = training };
            var measured = Network.MeasureMemory(description, device, options);
            using var network = Network.Compile(description, device, options);
            Assert.Equal(network.MemoryBytes, measured.Bytes);
            Assert.True(measured.ParameterBytes >= network.ParameterCount * sizeof(float), $"{measured}");
            Assert.True(measured.StateBytes >= measured.ParameterBytes, $"{measured}");
        }
    }

    public static TheoryData<string> Names => [.. ModelCatalog.Models.Select(model => model.Name)];

    /// <summary>Values that are no longer read give their memory to others; what these leave in a halo must not be seen, whatever ran before.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_that_is_only_run_takes_less_memory_and_computes_the_same_bits_in_any_order_of_batches(string name)
    {
        var size = Models.HashedModel.SizeFor(name);
        var description = ModelCatalog.Describe(name, new ModelOptions { Width = 0.25, Input = new FeatureShape(size, size, 3), Classes = 3 });
        using var device = new CpuDevice(3);
        using var trained = Network.Compile(description, device, new CompileOptions { BatchSize = 4 });
        using var run = Network.Compile(description, device, new CompileOptions { BatchSize = 4, Training = false });
        foreach (var (target, source) in run.State.Zip(trained.State))
            target.CopyFrom(source.ToArray());
        float[][] images = [.. Enumerable.Range(0, 2).Select(seed => Hashed.Values((uint)seed, "images", 4 * description.Input.Length, 0, 1))];
        var first = new float[2][];
        foreach (var (batch, count) in ((int Batch, int Count)[])[(0, 4), (1, 4), (0, 1), (0, 4), (1, 3)])
        {
            var input = images[batch].AsSpan(0, count * description.Input.Length);
            trained.Forward(input, count);
            run.Forward(input, count);
            Assert.Equal(trained.Logits[..(count * 3)].ToArray(), run.Logits[..(count * 3)].ToArray());
            // Few images are cut among the threads, many are not: the same bits.
            Assert.Equal((first[batch] ??= run.Logits[..(count * 3)].ToArray())[..(count * 3)], run.Logits[..(count * 3)].ToArray());
        }

        Assert.True(run.MemoryBytes < trained.MemoryBytes, $"{run.MemoryBytes} of {trained.MemoryBytes}");
    }

    /// <summary>At most what the largest values that are alive together take, and the rest: all values of this network together are 520 MB.</summary>
    [Fact]
    public void A_deep_network_that_is_only_run_needs_what_is_alive_at_once()
    {
        using var device = new CpuDevice(2);
        var options = new CompileOptions { BatchSize = 128, Training = false };
        Assert.InRange(Network.MeasureMemory(ModelCatalog.Describe("googlenet", new ModelOptions()), device, options).Bytes, 100_000_000, 260_000_000);
    }

    [Fact]
    public void Measuring_takes_no_memory()
    {
        using var device = new CpuDevice(1);
        var measured = Network.MeasureMemory(ModelCatalog.Describe("cnn5", new ModelOptions()), device, new CompileOptions { BatchSize = 1_000_000 });
        Assert.True(measured.Bytes > 1_000_000_000_000, $"{measured.Bytes} bytes: more than a machine has, and still only a number");
    }
}
