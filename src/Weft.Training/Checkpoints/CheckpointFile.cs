using System.Globalization;
using System.Text.Json;

namespace Weft.Training;

/// <summary>The bytes of a checkpoint: a safetensors file whose metadata carry everything that is no tensor. The same checkpoint gives the same bytes.</summary>
public static class CheckpointFile
{
    public const int CurrentVersion = 1;

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
        var card = checkpoint.Card;
        KeyValuePair<string, string>[] metadata =
        [
            new(CheckpointSeal.Key, CheckpointSeal.Blank),
            new("format", CurrentVersion.ToString(CultureInfo.InvariantCulture)),
            new("model", NetworkDescriptionJson.Write(card.Description)),
            new("preprocessing", JsonSerializer.Serialize(card.Preprocessing, CheckpointJson.Default.Preprocessing)),
            new("classes", JsonSerializer.Serialize([.. card.Classes], CheckpointJson.Default.ListString)),
            new("data.fingerprint", card.DataFingerprint),
            new("configuration", JsonSerializer.Serialize(Sorted(card.Configuration), CheckpointJson.Default.DictionaryStringString)),
            new("vector_bits", checkpoint.VectorBits.ToString(CultureInfo.InvariantCulture)),
            new("optimizer.step_count", checkpoint.OptimizerStepCount.ToString(CultureInfo.InvariantCulture)),
            new("position", JsonSerializer.Serialize(checkpoint.Position with { PolicyStates = Sorted(checkpoint.Position.PolicyStates) }, CheckpointJson.Default.TrainingPosition)),
        ];
        var bytes = SafetensorsWriter.Encode([.. checkpoint.Weights, .. checkpoint.OptimizerState], metadata, ref memory);
        CheckpointSeal.Apply(bytes.Span);
        return bytes;
    }

    /// <exception cref="WeftException">Exit 22: damaged or missing; 33: written by a newer version; 41: unreadable.</exception>
    public static Checkpoint Read(string path, IFiles? files = null)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true } file)
                MemoryNeed.OfReading(file.Length).RequireWithin(MemoryLimit.Current());
            bytes = (files ?? DiskFiles.Instance).ReadAll(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeftException(ExitCode.NoValidCheckpoint, "there is no such checkpoint", failure) { Where = path };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the checkpoint cannot be read", path);
        }

        return Parse(bytes, path);
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="where">Named in errors.</param>
    public static Checkpoint Parse(byte[] bytes, string where)
    {
        if (CheckpointSeal.Verify(bytes) is { } damage)
            throw Damaged(where, damage.Expected, damage.Found);
        try
        {
            return Parse(SafetensorsReader.Read(bytes), where);
        }
        catch (Exception failure) when (failure is SafetensorsException or JsonException or KeyNotFoundException or FormatException or OverflowException or NotSupportedException)
        {
            throw Damaged(where, "a checkpoint", failure.Message, failure);
        }
    }

    private static Checkpoint Parse(SafetensorsReader file, string where)
    {
        var metadata = file.Metadata;
        var version = int.Parse(metadata["format"], NumberStyles.None, CultureInfo.InvariantCulture);
        if (version > CurrentVersion)
            throw FormatVersion.Newer(where, CurrentVersion, version);
        var isOptimizer = file.Entries.ToLookup(entry => entry.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal));
        return new Checkpoint
        {
            Card = new ModelCard
            {
                Description = NetworkDescriptionJson.Read(metadata["model"]),
                Preprocessing = JsonSerializer.Deserialize(metadata["preprocessing"], CheckpointJson.Default.Preprocessing) ?? throw new JsonException("no preprocessing"),
                Classes = JsonSerializer.Deserialize(metadata["classes"], CheckpointJson.Default.ListString) ?? throw new JsonException("no classes"),
                DataFingerprint = metadata["data.fingerprint"],
                Configuration = JsonSerializer.Deserialize(metadata["configuration"], CheckpointJson.Default.DictionaryStringString) ?? throw new JsonException("no configuration"),
            },
            Position = JsonSerializer.Deserialize(metadata["position"], CheckpointJson.Default.TrainingPosition) ?? throw new JsonException("no position"),
            Weights = [.. isOptimizer[false].Select(file.ReadFloats)],
            OptimizerState = [.. isOptimizer[true].Select(file.ReadFloats).Select(tensor => tensor.Renamed(tensor.Name[OptimizerPrefix.Length..]))],
            OptimizerStepCount = long.Parse(metadata["optimizer.step_count"], NumberStyles.None, CultureInfo.InvariantCulture),
            VectorBits = int.Parse(metadata["vector_bits"], NumberStyles.None, CultureInfo.InvariantCulture),
        };
    }

    private static Dictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToDictionary(entry => entry.Key, entry => entry.Value);

    private static WeftException Damaged(string where, string expected, string found, Exception? cause = null) =>
        new(ExitCode.NoValidCheckpoint, "the checkpoint is damaged", cause) { Where = where, Expected = expected, Found = found, Safe = "it was left as it is" };
}
