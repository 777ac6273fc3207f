using System.Security.Cryptography;
using System.Text.Json;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>What a person says of a network that its file does not say.</summary>
/// <param name="Mean">Per channel, of pixels from 0 to 1.</param>
internal sealed record OnnxImportChoices(
    IReadOnlyList<double>? Mean = null, IReadOnlyList<double>? StandardDeviation = null, IReadOnlyList<string>? Classes = null);

/// <summary>Reads a classifier out of an ONNX file: the operations that Weft writes, and those of PyTorch's and tf2onnx's image classifiers.</summary>
internal static class OnnxImport
{
    private const long LongestFile = 2_000_000_000;

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the file is damaged, holds an operation that no layer computes, or does not say what must be known and was not
    /// given; else it cannot be read.
    /// </exception>
    public static TrainedModel Read(string path, OnnxImportChoices choices)
    {
        try
        {
            MemoryNeed.OfReading(new FileInfo(path) is { Exists: true } file ? file.Length : 0).RequireWithin(MemoryLimit.Current());
            return ToModel(RegularFile.ReadAllBytes(path, LongestFile), path, choices);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the ONNX file cannot be read", path, "nothing was written");
        }
    }

    /// <inheritdoc cref="Read"/>
    public static TrainedModel ToModel(ReadOnlyMemory<byte> file, string where, OnnxImportChoices choices)
    {
        var network = new OnnxReader(OnnxFile.Read(file, where), where).Read();
        var input = network.Description.Input;
        var classes = choices.Classes ?? Property(network, OnnxWriter.ClassesKey, CheckpointJson.Default.ListString, where)
            ?? throw Unknown(where, "what its classes are called", $"--classes with {network.Outputs} names, or a file of them");
        if (classes.Count != network.Outputs)
            throw Contradiction(where, $"names of {network.Outputs} classes, as many as the network has outputs", $"{classes.Count}");
        var preprocessing = Preprocessing(network, choices, where);
        var statistics = new DatasetStatistics(preprocessing.Mean, preprocessing.StandardDeviation);
        if (network.Images.Table is { } table && !statistics.CreateTable().AsSpan().SequenceEqual(table))
            throw Contradiction(where, "the table of values that mean and deviation give", "another one");
        var release = Property(network, OnnxWriter.ReleaseKey, CheckpointJson.Default.ModelRelease, where);
        if (release?.ViolationOf(input, classes.Count) is { } violation)
            throw Contradiction(where, "what its metadata say to fit the network", violation);
        return new TrainedModel(
            new ModelMetadata
            {
                Description = network.Description, Preprocessing = preprocessing, Classes = classes,
                DataFingerprint = network.Properties.GetValueOrDefault(OnnxWriter.FingerprintKey, ""),
                Configuration = Property(network, OnnxWriter.ConfigurationKey, CheckpointJson.Default.DictionaryStringString, where) ?? Pictures(input),
                Release = release ?? new ModelRelease
                {
                    Source = Path.GetFileName(where), SourceSha256 = Convert.ToHexStringLower(SHA256.HashData(file.Span)),
                },
            },
            network.Weights);
    }

    // A network of square pictures in colour takes files of any size, as one that was trained here would.
    private static Dictionary<string, string> Pictures(FeatureShape input) =>
        input is { Channels: 3, Height: >= 8 and <= 1024 and var side } && input.Width == side
            ? new() { ["picture.side"] = $"{side}", ["picture.channels"] = "3", ["picture.fit"] = "crop" } : [];

    private static Preprocessing Preprocessing(OnnxNetwork network, OnnxImportChoices choices, string where)
    {
        var (shape, (scale, shift)) = (network.Description.Input, network.Images.Affine);
        if (network.TakesBytes && choices.Mean is null && choices.StandardDeviation is null
            && Property(network, OnnxWriter.PreprocessingKey, CheckpointJson.Default.Preprocessing, where) is { } own)
        {
            var fits = (own.Height, own.Width, own.Channels) == (shape.Height, shape.Width, shape.Channels)
                && Are(own.Mean, shape.Channels, double.IsFinite) && Are(own.StandardDeviation, shape.Channels, IsDeviation);
            if (!fits)
                throw Contradiction(where, $"preprocessing for images of {shape}", $"{own}");
            if (network.Images.Table is null && Enumerable.Range(0, shape.Channels).Any(channel => !Agrees(channel, own)))
                throw Contradiction(where, "arithmetic on bytes that is mean and deviation", "another one");
            return own;
        }

        if (network.Images.Table is not null)
            throw Unknown(where, "how its table of pixel values came about", "its metadata, which somebody has removed");
        // Bytes b become scale · b + shift where the file takes bytes; else (b / 255 − mean) / deviation does, before the file's own arithmetic.
        var (mean, deviation) = (choices.Mean, choices.StandardDeviation);
        if (network.TakesBytes && mean is null && deviation is null)
            (mean, deviation) = (Repeated(0, shape.Channels), Repeated(1 / 255.0, shape.Channels));
        if (mean is null || deviation is null)
            throw Unknown(where, "how pixels become its input", "--mean and --std: a number for each channel, of pixels from 0 to 1");
        if (!Are(mean, shape.Channels, double.IsFinite) || !Are(deviation, shape.Channels, IsDeviation))
            throw Contradiction(where, $"{shape.Channels} means and {shape.Channels} positive deviations", $"{mean.Count} and {deviation.Count}");
        double[] scales = Spread(scale, shape.Channels), shifts = Spread(shift, shape.Channels);
        if (!scales.All(value => double.IsFinite(value) && value > 0) || !shifts.All(double.IsFinite))
            throw Contradiction(where, "an input that is multiplied by positive numbers", string.Join(", ", scales));
        return new Preprocessing(shape.Height, shape.Width, shape.Channels,
            [.. mean.Select((value, i) => value - shifts[i] * deviation[i] / scales[i])], [.. deviation.Select((value, i) => value / scales[i])]);

        // The file's own arithmetic is in floats, three times rounded.
        bool Agrees(int channel, Preprocessing own)
        {
            const double Rounding = 1e-5;
            var (factor, term) = (scale[scale.Length == 1 ? 0 : channel], shift[shift.Length == 1 ? 0 : channel]);
            return Math.Abs(factor * 255 * own.StandardDeviation[channel] - 1) <= Rounding
                && Math.Abs(term * own.StandardDeviation[channel] + own.Mean[channel]) <= Rounding * Math.Max(1, Math.Abs(own.Mean[channel]));
        }
    }

    private static T? Property<T>(OnnxNetwork network, string key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string where) where T : class
    {
        try
        {
            return network.Properties.TryGetValue(key, out var text) ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (JsonException damage)
        {
            throw ForeignFile.Damaged(OnnxFile.Format, where, $"{key}: {damage.Message}", damage);
        }
    }

    private static bool Are(IReadOnlyList<double>? values, int count, Func<double, bool> are) => values?.Count == count && values.All(are);

    private static bool IsDeviation(double value) => double.IsFinite(value) && value > 0;

    private static double[] Repeated(double value, int count) => [.. Enumerable.Repeat(value, count)];

    private static double[] Spread(double[] values, int count) => values.Length == 1 ? Repeated(values[0], count) : values;

    private static WeftException Unknown(string where, string what, string expected) => new(ErrorKind.InvalidInput, $"the file does not say {what}")
    {
        Where = where, Expected = expected, Safe = "nothing was written", Next = new Advice("say what the network was trained with; it is not guessed"),
    };

    private static WeftException Contradiction(string where, string expected, string found) =>
        new(ErrorKind.InvalidInput, "what is said of the network does not fit it")
        {
            Where = where, Expected = expected, Found = found, Safe = "nothing was written",
        };
}

/// <summary>What an ONNX file holds, as layers.</summary>
/// <param name="Images">The input, with the arithmetic on it.</param>
internal sealed record OnnxNetwork(
    NetworkDescription Description, IReadOnlyList<NamedTensor> Weights, ImportedStep Images, bool TakesBytes, IReadOnlyDictionary<string, string> Properties)
{
    public int Outputs => Description.InferOutput().Length;
}
