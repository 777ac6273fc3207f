using System.Collections.Immutable;
using Google.Protobuf;
using Weft.Training;

namespace Weft.Interchange.Tests.Models;

/// <summary>Files with the weights of a catalog network, as other programs write them.</summary>
internal static class ResNetFile
{
    /// <summary>The network's tensors with values that keep its features alive, the same in every process.</summary>
    public static IReadOnlyList<NamedTensor> Tensors(string network) =>
        [.. BackboneTensors.Of(network).Shapes.OrderBy(tensor => tensor.Key, StringComparer.Ordinal).Select(Tensor)];

    private static NamedTensor Tensor(KeyValuePair<string, ImmutableArray<int>> tensor, int number)
    {
        var rng = Rng.For(number, RngPurpose.Initialization);
        var spread = tensor.Value.Length > 1 ? Math.Sqrt(6.0 / tensor.Value.Skip(1).Aggregate(1, (product, size) => product * size)) : 0;
        return new NamedTensor(tensor.Key, tensor.Value, [.. Enumerable.Range(0, tensor.Value.Aggregate(1, (product, size) => product * size))
            .Select(i => (float)(spread > 0 ? rng.Uniform(i, -spread, spread) : rng.Uniform(i, 0.8, 1.2)))]);
    }

    /// <summary>A graph whose tensors are called p0, p1, … in an order that says nothing.</summary>
    /// <param name="blocks">How many basic blocks each stage has.</param>
    public static OnnxWire.Model Graph(IReadOnlyList<NamedTensor> tensors, int[] blocks, string producer)
    {
        var model = new OnnxWire.Model { ProducerName = producer, Graph = new OnnxWire.Graph() };
        var names = new Dictionary<string, string>();
        foreach (var (number, tensor) in tensors.OrderBy(tensor => tensor.Name.GetHashCode(StringComparison.Ordinal)).Index())
        {
            names[tensor.Name] = $"p{number}";
            model.Graph.Initializer.Add(new OnnxWire.Tensor
            {
                Name = $"p{number}", DataType = 1, Dims = { tensor.Shape.Select(size => (long)size) },
                RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Values)),
            });
        }

        var value = Add("MaxPool", Add("Relu", Convolved("input", "conv1", "bn1")));
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            for (var block = 0; block < blocks[stage]; block++)
            {
                var at = $"layer{stage + 1}.{block}.";
                // CNTK has the shortcut first or second, as it likes.
                var shortcut = stage > 0 && block == 0 ? Convolved(value, at + "downsample.0", at + "downsample.1") : value;
                var main = Convolved(Add("Relu", Convolved(value, at + "conv1", at + "bn1")), at + "conv2", at + "bn2");
                value = Add("Relu", block == 0 ? Add("Add", shortcut, main) : Add("Add", main, shortcut));
            }
        }

        Add("AveragePool", value);
        return model;

        string Convolved(string input, string convolution, string norm) => Add(
            "BatchNormalization",
            [
                Add("Conv", input, names[convolution + ".weight"]),
                .. new[] { "weight", "bias", "running_mean", "running_var" }.Select(part => names[$"{norm}.{part}"]),
            ]);

        string Add(string kind, params string[] inputs)
        {
            var output = $"v{model.Graph.Node.Count}";
            model.Graph.Node.Add(new OnnxWire.Node { OpType = kind, Input = { inputs }, Output = { output } });
            return output;
        }
    }
}
