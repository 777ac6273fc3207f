using System.Globalization;
using System.Text.Json;

namespace Weft.Training;

/// <summary>
/// The bytes of a checkpoint: a safetensors file whose metadata carry everything that is no tensor. The same checkpoint gives the same bytes.
/// </summary>
internal static class CheckpointFile
{
    public const int CurrentVersion = 1;

    private const string ReleaseKey = "release";

    /// <summary>Before the names of the optimizer's tensors; weights have none, so that the file loads as a plain state_dict.</summary>
    public const string OptimizerPrefix = "optimizer.";

    /// <inheritdoc cref="Encode"/>
    public static byte[] ToBytes(CheckpointSource checkpoint)
    {
        byte[] memory = [];
        return Encode(checkpoint, ref memory).ToArray();
    }

    /// <summary>The bytes of the file, in <paramref name="memory"/> if it is large enough, otherwise in a new one that takes its place.</summary>
    public static ReadOnlyMemory<byte> Encode(CheckpointSource checkpoint, ref byte[] memory)
    {
        KeyValuePair<string, string>[] metadata =
        [
            .. Describe(checkpoint.Metadata),
            new("vector_bits", checkpoint.VectorBits.ToString(CultureInfo.InvariantCulture)),
            new("optimizer.step_count", checkpoint.OptimizerStepCount.ToString(CultureInfo.InvariantCulture)),
            new("position", JsonSerializer.Serialize(
                checkpoint.Position with { PolicyStates = Sorted(checkpoint.Position.PolicyStates) }, CheckpointJson.Default.TrainingPosition)),
        ];
        var bytes = SafetensorsWriter.Encode([.. checkpoint.Weights, .. checkpoint.OptimizerState], metadata, ref memory);
        CheckpointSeal.Apply(bytes.Span);
        return bytes;
    }

    /// <summary>The bytes of a file that holds a model and no training: the same format, without optimizer and position.</summary>
    internal static ReadOnlyMemory<byte> ToBytes(TrainedModel model)
    {
        byte[] memory = [];
        var bytes = SafetensorsWriter.Encode([.. model.Weights.Select(tensor => tensor.ToSource())], Describe(model.Metadata), ref memory);
        CheckpointSeal.Apply(bytes.Span);
        return bytes;
    }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.NoValidCheckpoint"/>: damaged or missing; <see cref="ErrorKind.NewerFormat"/>: written by a newer version;
    /// <see cref="ErrorKind.IoError"/>: unreadable.
    /// </exception>
    public static Checkpoint Read(string path, IFiles? files = null) => Parse(ReadBytes(path, files), path);

    /// <inheritdoc cref="Read"/>
    /// <param name="where">Named in errors.</param>
    public static Checkpoint Parse(byte[] bytes, string where) => Parse(bytes, where, ToCheckpoint, Violation);

    /// <summary>Reads the model alone: of a checkpoint, what training needs besides is passed over.</summary>
    /// <inheritdoc cref="Read"/>
    internal static TrainedModel ReadModel(string path) => ParseModel(ReadBytes(path, null), path);

    /// <inheritdoc cref="ReadModel"/>
    internal static TrainedModel ParseModel(byte[] bytes, string where) => Parse(bytes, where, ToModel, Violation);

    private static byte[] ReadBytes(string path, IFiles? files)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true } file)
                MemoryNeed.OfReading(file.Length).RequireWithin(MemoryLimit.Current());
            return (files ?? DiskFiles.Instance).ReadAll(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeftException(ErrorKind.NoValidCheckpoint, "there is no such checkpoint", failure) { Where = path };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the checkpoint cannot be read", path);
        }
    }

    private static T Parse<T>(byte[] bytes, string where, Func<SafetensorsReader, long, T> parse, Func<T, string?> violationOf)
    {
        if (CheckpointSeal.Verify(bytes) is { } damage)
            throw Damaged(where, damage.Expected, damage.Found);
        try
        {
            var file = SafetensorsReader.Read(bytes);
            FormatVersion.RequireKnown(file.Metadata, CurrentVersion, where);
            var parsed = parse(file, bytes.Length);
            return violationOf(parsed) is { } violation ? throw Damaged(where, "metadata that fit each other", violation) : parsed;
        }
        catch (Exception failure) when (
            failure is SafetensorsException or JsonException or KeyNotFoundException or FormatException or OverflowException or NotSupportedException
            or NetworkException or ArgumentException or InvalidOperationException)
        {
            throw Damaged(where, "a checkpoint", failure.Message, failure);
        }
    }

    private static KeyValuePair<string, string>[] Describe(ModelMetadata model) =>
    [
        new(CheckpointSeal.Key, CheckpointSeal.Blank),
        .. FormatVersion.Entries(CurrentVersion),
        new("model", NetworkDescriptionJson.Write(model.Description)),
        new("preprocessing", JsonSerializer.Serialize(model.Preprocessing, CheckpointJson.Default.Preprocessing)),
        new("classes", JsonSerializer.Serialize([.. model.Classes], CheckpointJson.Default.ListString)),
        new("data.fingerprint", model.DataFingerprint),
        new("configuration", JsonSerializer.Serialize(Sorted(model.Configuration), CheckpointJson.Default.DictionaryStringString)),
        .. model.Release is { } release ? [new(ReleaseKey, JsonSerializer.Serialize(release, CheckpointJson.Default.ModelRelease))]
            : Array.Empty<KeyValuePair<string, string>>(),
    ];

    private static TrainedModel ToModel(SafetensorsReader file, long fileBytes)
    {
        var metadata = file.Metadata;
        return new TrainedModel(
            new ModelMetadata
            {
                Description = NetworkDescriptionJson.Read(metadata["model"]),
                Preprocessing = JsonSerializer.Deserialize(metadata["preprocessing"], CheckpointJson.Default.Preprocessing)
                    ?? throw new JsonException("no preprocessing"),
                Classes = JsonSerializer.Deserialize(metadata["classes"], CheckpointJson.Default.ListString) ?? throw new JsonException("no classes"),
                DataFingerprint = metadata["data.fingerprint"],
                Configuration = JsonSerializer.Deserialize(metadata["configuration"], CheckpointJson.Default.DictionaryStringString)
                    ?? throw new JsonException("no configuration"),
                Release = metadata.TryGetValue(ReleaseKey, out var release) ? JsonSerializer.Deserialize(release, CheckpointJson.Default.ModelRelease) : null,
            },
            [.. file.Entries.Where(entry => !IsOptimizer(entry)).Select(file.ReadFloats)])
        {
            FileBytes = fileBytes,
        };
    }

    private static Checkpoint ToCheckpoint(SafetensorsReader file, long fileBytes)
    {
        var metadata = file.Metadata;
        return new Checkpoint
        {
            Model = ToModel(file, fileBytes),
            Position = JsonSerializer.Deserialize(metadata["position"], CheckpointJson.Default.TrainingPosition) ?? throw new JsonException("no position"),
            OptimizerState = [.. file.Entries.Where(IsOptimizer).Select(file.ReadFloats)
                .Select(tensor => tensor.Renamed(tensor.Name[OptimizerPrefix.Length..]))],
            OptimizerStepCount = long.Parse(metadata["optimizer.step_count"], NumberStyles.None, CultureInfo.InvariantCulture),
            VectorBits = int.Parse(metadata["vector_bits"], NumberStyles.None, CultureInfo.InvariantCulture),
        };
    }

    private static bool IsOptimizer(TensorEntry entry) => entry.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal);

    // A file may be whole by its checksum and say impossible things all the same: the checksum proves no author.
    private static string? Violation(TrainedModel model)
    {
        var (preprocessing, input, outputs) = (model.Preprocessing, model.Shape, model.Description.InferOutput().Channels);
        if (model.Classes.Count != outputs || model.Classes.Any(name => name is null))
            return $"{model.Classes.Count} class names for {outputs} outputs";
        if ((preprocessing.Height, preprocessing.Width, preprocessing.Channels) != (input.Height, input.Width, input.Channels))
            return $"images of {preprocessing.Height} × {preprocessing.Width} × {preprocessing.Channels} for an input of {input}";
        if (preprocessing.Mean.Count != input.Channels || preprocessing.StandardDeviation.Count != input.Channels)
            return $"{preprocessing.Mean.Count} means and {preprocessing.StandardDeviation.Count} deviations for {input.Channels} channels";
        if (!preprocessing.Mean.All(double.IsFinite) || !preprocessing.StandardDeviation.All(deviation => double.IsFinite(deviation) && deviation > 0))
            return "a mean that is not finite or a deviation that is not positive";
        if (model.Metadata.Configuration.Values.Any(value => value is null))
            return "a configuration value that is null";
        if (model.Metadata.Release?.ViolationOf(input, outputs) is { } violation)
            return violation;
        var weights = model.Weights.Sum(tensor => (double)tensor.Values.Length);
        return model.Description.CountWeights() is var needed && needed > weights ? $"layers of {needed:G6} weights, and {weights:G6} weights" : null;
    }

    private static string? Violation(Checkpoint checkpoint)
    {
        if (Violation(checkpoint.Model) is { } violation)
            return violation;
        var position = checkpoint.Position;
        // A property that a document leaves out is null, whatever its record begins with.
        if (position.PolicyStates is not { } states || states.Values.Any(state => state is null))
            return "a policy's state that is null";
        var isPosition =
            position is { CompletedEpochs: >= 0 and <= RunLimits.Epochs, StepInEpoch: >= 0, Step: >= 0 and <= RunLimits.Steps, Correct: >= 0, Samples: >= 0 }
            && position.Best is not { Epoch: < 1 or > RunLimits.Epochs } && RunLimits.IsShare(position.Best?.ValidationAccuracy ?? 0)
            && checkpoint.OptimizerStepCount is >= 0 and <= RunLimits.Steps;
        return isPosition ? null : $"a position that no training has: epoch {position.CompletedEpochs}, step {position.Step}";
    }

    private static Dictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToDictionary(entry => entry.Key, entry => entry.Value);

    private static WeftException Damaged(string where, string expected, string found, Exception? cause = null) =>
        new(ErrorKind.NoValidCheckpoint, "the checkpoint is damaged", cause)
        {
            Where = where,
            Expected = expected, Found = found, Safe = "it was left as it is"
        };
}
