using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>Makes weights of a catalog network from a file that another program wrote.</summary>
internal static partial class WeightsImport
{
    private const long LongestFile = 2_000_000_000;
    private const string CntkProducer = "CNTK";
    private const string FirstConvolution = "conv1.weight";
    private const int TrainedSide = 224;

    // Measured: 0.37 for the weights of ML.NET, 0.01 for them with values 255 times too small, 0.05 for networks that were never trained.
    private const double LeastAnswer = 0.02;

    private static readonly string[] Prefixes = ["module.", "model.", "backbone.", "encoder."];

    // Of ImageNet, as torchvision's and timm's ResNets were trained.
    private static readonly double[] ImageNetMean = [0.485, 0.456, 0.406], ImageNetDeviation = [0.229, 0.224, 0.225];

    // CNTK's network takes values from 0 to 255 less a mean picture, blue first; its channels' means, red first (docs/formats.md).
    private static readonly double[] CntkMean = [123.152 / 255, 115.903 / 255, 103.063 / 255], CntkDeviation = [1 / 255.0, 1 / 255.0, 1 / 255.0];

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the file cannot be read; <see cref="ErrorKind.CheckpointMismatch"/>: no network of the catalog has these tensors.
    /// </exception>
    public static PretrainedWeights Import(string path, WeightsOrigin origin)
    {
        try
        {
            return Import(RegularFile.ReadAllBytes(path, LongestFile), path, origin, RegularFile.TryReadAllBytes(
                Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "config.json"), 1 << 20));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the weights cannot be read", path, "nothing was written");
        }
    }

    /// <inheritdoc cref="Import(string, WeightsOrigin)"/>
    /// <param name="configuration">The bytes of the <c>config.json</c> next to it, as timm writes it.</param>
    public static PretrainedWeights Import(byte[] bytes, string where, WeightsOrigin origin, byte[]? configuration = null)
    {
        var file = WeightsFile.Read(bytes, where);
        var isCntk = file.Producer == CntkProducer;
        var names = Names(file);
        var found = Fit(file, names, where);
        var taken = names.Where(name => found.Backbone.Shapes.ContainsKey(name.Value)).ToDictionary(StringComparer.Ordinal);
        var preprocessing = PreprocessingOf(configuration);
        var metadata = new PretrainedMetadata
        {
            Network = found.Network, Source = origin.Source, Licence = origin.Licence, SourceSha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Mean = isCntk ? CntkMean : preprocessing?.Mean ?? ImageNetMean,
            StandardDeviation = isCntk ? CntkDeviation : preprocessing?.Deviation ?? ImageNetDeviation,
            Side = preprocessing?.Side ?? TrainedSide,
            Taken = taken,
            LeftOver = [.. file.Tensors.Select(tensor => tensor.Name).Concat(file.Others).Where(name => !taken.ContainsKey(name))],
        };
        var weights = PretrainedWeights.Create(metadata, [.. file.Tensors.Where(tensor => taken.ContainsKey(tensor.Name)).Select(tensor =>
            isCntk && taken[tensor.Name] == FirstConvolution ? RedFirst(tensor.Renamed(FirstConvolution)) : tensor.Renamed(taken[tensor.Name]))
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)], where);
        if (!(Answer(weights) > LeastAnswer)) // also where there is nothing but zeros or NaN
        {
            throw new WeftException(ErrorKind.InvalidInput, "the network hardly answers to pictures with these weights")
            {
                Where = where, Expected = "different features for different pictures", Found = $"a share of {Answer(weights):g2} of them differs",
                Safe = "nothing was written",
            };
        }

        return weights;
    }

    // The file's names, as torchvision would have them.
    private static Dictionary<string, string> Names(WeightsFile file)
    {
        var names = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Name, StringComparer.Ordinal);
        if (!names.ContainsKey(FirstConvolution) && file.Nodes.Count > 0 && ResNetGraph.NamesOf(file.Nodes) is { Count: > 0 } found)
            return names.Keys.ToDictionary(name => name, name => found.GetValueOrDefault(name, name), StringComparer.Ordinal);
        while (names.Count > 0 && Prefixes.FirstOrDefault(prefix => names.Values.All(name => name.StartsWith(prefix, StringComparison.Ordinal))) is { } prefix)
            names = names.ToDictionary(name => name.Key, name => name.Value[prefix.Length..], StringComparer.Ordinal);
        return names;
    }

    // Of the networks that have all their tensors in the file the one with the most: resnet18's are among those of resnet34.
    private static (string Network, BackboneTensors Backbone) Fit(WeightsFile file, Dictionary<string, string> names, string where)
    {
        var tensors = file.Tensors.Select(tensor => tensor.Renamed(names[tensor.Name])).DistinctBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        var fits = ModelCatalog.Models.Select(model => (model.Name, Backbone: BackboneTensors.Of(model.Name))).Select(model =>
            (model.Name, model.Backbone, Misfits: model.Backbone.Misfits(tensors.Where(tensor => model.Backbone.Shapes.ContainsKey(tensor.Name))))).ToList();
        var best = fits.Where(fit => fit.Misfits.Count == 0).OrderByDescending(fit => fit.Backbone.Shapes.Count).FirstOrDefault();
        if (best.Name is not null)
            return (best.Name, best.Backbone);
        var nearest = fits.MinBy(fit => (double)fit.Misfits.Count / fit.Backbone.Shapes.Count);
        throw new WeftException(ErrorKind.CheckpointMismatch, "these weights are of no network of the catalog")
        {
            Where = where, Expected = $"the tensors of one of them; the nearest is {nearest.Name}: {BackboneTensors.Summary(nearest.Misfits)}",
            Found = $"{file.Tensors.Count} tensors of floats in a {file.Format} file: {string.Join(", ", names.Values.Take(3))}…", Safe = "nothing was written",
        };
    }

    private static NamedTensor RedFirst(NamedTensor weights)
    {
        var pixels = weights.Shape[2] * weights.Shape[3];
        var turned = new float[weights.Values.Length];
        for (var plane = 0; plane < turned.Length / pixels; plane++)
            weights.Values.Slice(plane * pixels, pixels).CopyTo(turned.AsSpan((plane / 3 * 3 + 2 - plane % 3) * pixels));
        return new NamedTensor(weights.Name, weights.Shape, turned);
    }

    private static (double[] Mean, double[] Deviation, int Side)? PreprocessingOf(byte[]? configuration)
    {
        try
        {
            return configuration is not null && JsonSerializer.Deserialize(configuration, TimmJson.Default.TimmConfiguration) is
            {
                PretrainedCfg: { Mean: { Length: 3 } mean, Std: { Length: 3 } deviation, InputSize: [3, var height, _] },
            } ? (mean, deviation, height) : null;
        }
        catch (JsonException)
        {
            return null; // some other program's file of that name
        }
    }

    /// <summary>How different the features of two different pictures are: |a − b|² / (|a|² + |b|²).</summary>
    internal static double Answer(PretrainedWeights weights)
    {
        const int Side = 64;
        var description = ModelCatalog.Describe(weights.Metadata.Network, new ModelOptions { Input = new FeatureShape(Side, Side, 3) });
        using var device = Device.Cpu(1);
        using var front = Network.Compile(
            NetworkCut.BeforeLogits(description)!.Front, device, new CompileOptions { BatchSize = 2, Training = false, DrawWeights = false });
        foreach (var tensor in front.State)
            tensor.CopyFrom(weights.Tensors.Single(source => source.Name == tensor.Name).Values);
        var images = new float[2 * 3 * Side * Side];
        for (var i = 0; i < images.Length; i++)
        {
            // Coarse checks of two sizes in orange and blue.
            var (picture, row, column, channel) = (i / (3 * Side * Side), i / (3 * Side) % Side, i / 3 % Side, i % 3);
            var isLight = (row / (4 << picture) + column / (8 << picture)) % 2 == 0;
            var value = isLight ? 1 - 0.3 * channel : 0.1 + 0.3 * channel;
            images[i] = (float)((value - weights.Metadata.Mean[channel]) / weights.Metadata.StandardDeviation[channel]);
        }

        front.Forward(images, 2);
        var features = front.Logits;
        ReadOnlySpan<float> first = features[..(features.Length / 2)], second = features[(features.Length / 2)..];
        double size = 0, difference = 0;
        for (var i = 0; i < first.Length; i++)
        {
            size += (double)first[i] * first[i] + (double)second[i] * second[i];
            difference += (double)(first[i] - second[i]) * (first[i] - second[i]);
        }

        return difference / size;
    }

    private sealed record TimmConfiguration(TimmPreprocessing? PretrainedCfg);

    private sealed record TimmPreprocessing(double[]? Mean, double[]? Std, int[]? InputSize);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(TimmConfiguration))]
    private sealed partial class TimmJson : JsonSerializerContext;
}
