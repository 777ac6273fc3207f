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

    [Fact]
    public void Measuring_takes_no_memory()
    {
        using var device = new CpuDevice(1);
        var measured = Network.MeasureMemory(ModelCatalog.Describe("cnn5", new ModelOptions()), device, new CompileOptions { BatchSize = 1_000_000 });
        Assert.True(measured.Bytes > 1_000_000_000_000, $"{measured.Bytes} bytes: more than a machine has, and still only a number");
    }
}
