using System.Reflection;
using Weft.Training;

namespace Weft.Interchange.Tests.Onnx;

/// <summary>Pixels as ONNX has them.</summary>
internal static class OnnxImages
{
    public static string Packages =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Packages").Value!;

    /// <summary>Channel after channel.</summary>
    public static byte[] Planes(ReadOnlySpan<byte> image, FeatureShape shape)
    {
        var planes = new byte[image.Length];
        for (var i = 0; i < image.Length; i++)
            planes[i % shape.Channels * shape.Pixels + i / shape.Channels] = image[i];
        return planes;
    }
}

/// <summary>The catalog's networks with the weights they start with, and norms that have seen a batch: values stay near 1 as in trained ones.</summary>
internal static class CatalogNetworks
{
    private const int Batch = 8;
    private const int Classes = 7;

    public static TrainedModel Model(string name)
    {
        var description = Describe(name);
        using var device = Device.Cpu(2);
        using var network = Network.Compile(description, device, new CompileOptions { BatchSize = Batch, Seed = 3 });
        var momentum = description.Nodes().Select(node => node.Layer).OfType<BatchNorm2d>().Select(norm => norm.Momentum).Distinct().SingleOrDefault(0.1);
        var images = new float[Batch * description.Input.Length];
        for (var i = 0; i < images.Length; i++)
            images[i] = (float)Rng.For(2, RngPurpose.Analysis).Uniform(i, -1.7, 1.7);
        network.ForwardTraining(images, Batch, 0);
        return RandomNetworks.Model(description, [.. network.State.Select(tensor => Tensor(tensor, momentum))]);
    }

    private static NetworkDescription Describe(string name)
    {
        foreach (var side in (int[])[28, 32, 64, 96])
        {
            try
            {
                var description = ModelCatalog.Describe(name, new ModelOptions { Input = new FeatureShape(side, side, side == 28 ? 1 : 3), Classes = Classes });
                description.InferOutput();
                return description;
            }
            catch (NetworkException) when (side < 96)
            {
            }
        }

        throw new InvalidOperationException(name);
    }

    private static NamedTensor Tensor(DeviceTensor tensor, double momentum)
    {
        var values = new float[tensor.Length];
        tensor.CopyTo(values);
        var start = tensor.Name.EndsWith("running_mean", StringComparison.Ordinal) ? 0 : tensor.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : -1;
        if (start >= 0)
            values = Array.ConvertAll(values, value => (float)Math.Max(start * 1e-3, (value - (1 - momentum) * start) / momentum)); // what the batch had
        return new NamedTensor(tensor.Name, [.. tensor.Shape], values);
    }
}
