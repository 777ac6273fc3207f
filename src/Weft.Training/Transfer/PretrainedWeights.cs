using System.Globalization;
using System.Text.Json;

namespace Weft.Training;

/// <summary>
/// A network's weights without its classifier, trained elsewhere and brought into one sealed <c>.safetensors</c> file: the names and the layout are those of
/// the catalog's network, the metadata say where it all comes from.
/// </summary>
internal sealed class PretrainedWeights
{
    private const int CurrentVersion = 1;
    private const long LongestFile = 2_000_000_000;
    private const int LargestSide = 4096;
    private const int Channels = 3;
    private const string MetadataKey = "pretrained";

    private PretrainedWeights(PretrainedMetadata metadata, IReadOnlyList<NamedTensor> tensors) => (Metadata, Tensors) = (metadata, tensors);

    public PretrainedMetadata Metadata { get; }

    /// <summary>Under the network's names, in PyTorch's layout.</summary>
    public IReadOnlyList<NamedTensor> Tensors { get; }

    /// <summary>How a picture of the given size becomes the network's input.</summary>
    public Preprocessing PreprocessingAt(int side) => new(side, side, Channels, Metadata.Mean, Metadata.StandardDeviation);

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.CheckpointMismatch"/>: the tensors are not those of the network that the metadata name; <see cref="ErrorKind.InvalidInput"/>: a
    /// value is not a finite number, or the metadata say impossible things.
    /// </exception>
    public static PretrainedWeights Create(PretrainedMetadata metadata, IReadOnlyList<NamedTensor> tensors, string where)
    {
        if (Violation(metadata) is { } violation)
            throw Damaged(where, "metadata that fit each other", violation);
        if (tensors.FirstOrDefault(tensor => !IsFinite(tensor.Values)) is { } ruined)
            throw Damaged(where, "finite numbers", $"{ruined.Name} holds something else");
        var weights = new PretrainedWeights(metadata, tensors);
        weights.Require(BackboneTensors.Of(metadata.Network), metadata.Network);
        return weights;
    }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there is no such file, it is damaged, or it has not been imported; <see cref="ErrorKind.NewerFormat"/>;
    /// <see cref="ErrorKind.CheckpointMismatch"/>: it does not fit the network that it names.
    /// </exception>
    public static PretrainedWeights Read(string path)
    {
        try
        {
            return Parse(RegularFile.ReadAllBytes(path, LongestFile), path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeftException(ErrorKind.InvalidInput, "there are no weights here", absent) { Where = path, Safe = "nothing was touched" };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the weights cannot be read", path, "nothing was touched");
        }
    }

    /// <inheritdoc cref="Read"/>
    public static PretrainedWeights Parse(byte[] bytes, string where)
    {
        try
        {
            var file = SafetensorsReader.Read(bytes);
            if (!file.Metadata.TryGetValue(MetadataKey, out var text))
            {
                throw new WeftException(ErrorKind.InvalidInput, "these weights have not been imported")
                {
                    Where = where, Expected = "a file that says which network of the catalog it is for", Found = "one without such metadata",
                    Safe = "nothing was touched", Next = new ImportWeights(where),
                };
            }

            FormatVersion.RequireKnown(file.Metadata, CurrentVersion, where);
            if (CheckpointSeal.Verify(bytes) is { } damage)
                throw Damaged(where, damage.Expected, damage.Found);
            return Create(
                JsonSerializer.Deserialize(text, PretrainedJson.Default.PretrainedMetadata) ?? throw new JsonException("no metadata"),
                [.. file.Entries.Select(file.ReadFloats)], where);
        }
        catch (Exception failure) when (
            failure is SafetensorsException or JsonException or KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw Damaged(where, "weights as Weft writes them", failure.Message, failure);
        }
    }

    /// <summary>The bytes of the file; the same weights give the same bytes.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        byte[] memory = [];
        var bytes = SafetensorsWriter.Encode(
            [.. Tensors.Select(tensor => tensor.ToSource())],
            [
                new(CheckpointSeal.Key, CheckpointSeal.Blank),
                .. FormatVersion.Entries(CurrentVersion),
                new(MetadataKey, JsonSerializer.Serialize(Metadata, PretrainedJson.Default.PretrainedMetadata)),
            ], ref memory);
        CheckpointSeal.Apply(bytes.Span);
        return bytes;
    }

    /// <summary>Refuses a network whose tensors in front of the classifier are others.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>, with what is extra, missing or of another shape.</exception>
    public void RequireFit(NetworkDescription description) => Require(BackboneTensors.Of(description), description.Name);

    /// <summary>Gives the network all weights but those of its classifier, which stay what they are.</summary>
    /// <inheritdoc cref="RequireFit"/>
    public void ApplyTo(Network network)
    {
        RequireFit(network.Description);
        var targets = network.State.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var tensor in Tensors)
            targets[tensor.Name].CopyFrom(tensor.Values);
    }

    /// <summary>All weights of the network with the given classifier, as a <see cref="TrainedModel"/> has them.</summary>
    /// <inheritdoc cref="RequireFit"/>
    public IReadOnlyList<NamedTensor> With(LinearWeights classifier, NetworkDescription description)
    {
        var backbone = BackboneTensors.Of(description);
        Require(backbone, description.Name);
        return [.. Tensors, .. classifier.ToTensors(backbone.Classifier)];
    }

    private void Require(BackboneTensors backbone, string network)
    {
        if (backbone.Misfits(Tensors) is [_, ..] misfits)
        {
            throw new WeftException(ErrorKind.CheckpointMismatch, $"these weights do not fit {network}: {BackboneTensors.Summary(misfits)}")
            {
                Expected = $"the {backbone.Shapes.Count} tensors of {network} in front of its classifier {backbone.Classifier}",
                Found = $"{Tensors.Count} tensors of {Metadata.Network} from {Metadata.Source}", Safe = "nothing was touched",
                Next = network == Metadata.Network ? null : new UseBackbone(Metadata.Network),
            };
        }
    }

    private static string? Violation(PretrainedMetadata metadata)
    {
        if (ModelCatalog.Find(metadata.Network) is null)
            return $"the network {metadata.Network}, which is not in the catalog";
        if (metadata.Mean.Count != Channels || metadata.StandardDeviation.Count != Channels)
            return $"{metadata.Mean.Count} means and {metadata.StandardDeviation.Count} deviations for {Channels} channels";
        if (!metadata.Mean.All(double.IsFinite) || !metadata.StandardDeviation.All(deviation => double.IsFinite(deviation) && deviation > 0))
            return "a mean that is not finite or a deviation that is not positive";
        return metadata.Side is < 1 or > LargestSide ? $"pictures of side {metadata.Side}" : null;
    }

    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }

    private static WeftException Damaged(string where, string expected, string found, Exception? cause = null) =>
        new(ErrorKind.InvalidInput, "the weights are damaged", cause)
        {
            Where = where, Expected = expected, Found = found, Safe = "they were left as they are",
        };
}
