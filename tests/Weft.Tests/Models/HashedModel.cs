namespace Weft.Tests.Models;

/// <summary>The fixtures' networks and batches, made as Fixtures/generate.py makes them.</summary>
internal static class HashedModel
{
    /// <summary>
    /// Height and width of the pictures that tests give to a model: torchvision's divide them by 32, and of 28×28 would leave a single pixel.
    /// </summary>
    public static int SizeFor(string name) =>
        name != "resnet9" && ((string[])["resnet", "mobilenet", "efficientnet"]).Any(family => name.StartsWith(family, StringComparison.Ordinal)) ? 64 : 28;

    public static Network Compile(string name, Device device, uint seed, int batch, double width = 1, bool strict = false)
    {
        var size = SizeFor(name);
        var description = ModelCatalog.Describe(
            name, new ModelOptions { Dropout = 0, FeatureDropout = 0, Width = width, Input = new FeatureShape(size, size, 1) });
        var network = Network.Compile(description, device, new CompileOptions { BatchSize = batch, Strict = strict });
        var kinds = network.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Kind);
        foreach (var tensor in network.State.Where(tensor => kinds.ContainsKey(tensor.Name)))
        {
            var fanIn = tensor.Shape.Skip(1).Aggregate(1, (product, size) => product * size);
            var (centre, spread) = kinds[tensor.Name] switch
            {
                ParameterKind.NormScale => (1.0, 0.25),
                ParameterKind.NormShift => (0.75, 0.25),
                ParameterKind.Bias => (0.0, 0.1),
                _ => (0.0, Math.Sqrt((tensor.Shape.Length == 4 ? 6.0 : 0.5) / fanIn)),
            };
            tensor.CopyFrom(Hashed.Values(seed, tensor.Name, tensor.Length, centre, spread));
        }

        return network;
    }

    public static (float[] Images, int[] Labels) Batch(uint seed, int step, int count, int size = 28)
    {
        var pixels = size * size;
        var images = Hashed.Values(seed, $"images {step}", count * pixels, 0, 1.5);
        var patterns = Hashed.Values(seed, "patterns", 10 * pixels, 0, 0.75);
        var own = seed ^ Hashed.SeedOf($"labels {step}");
        var labels = Enumerable.Range(0, count).Select(i => (int)(Hashed.Bits(own, i) % 10)).ToArray();
        for (var i = 0; i < images.Length; i++)
            images[i] += patterns[labels[i / pixels] * pixels + i % pixels];
        return (images, labels);
    }

    /// <summary>Sums of all elements under 32 random signs each: bit k of an element's hash is its sign in sum k.</summary>
    public static double[] Projections(string name, float[] values)
    {
        var own = Hashed.SeedOf("signs " + name);
        var sums = new double[32];
        for (var i = 0; i < values.Length; i++)
        {
            var signs = Hashed.Bits(own, i);
            for (var k = 0; k < sums.Length; k++)
                sums[k] += (signs >> k & 1) != 0 ? values[i] : -(double)values[i];
        }

        return sums;
    }
}
