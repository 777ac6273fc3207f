using System.Security.Cryptography;
using System.Text;
using Weft.Interchange.WandbWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>The sample predictions of the best epoch as a table with images. A table with images has to be an artifact of its own too.</summary>
internal sealed class WandbPredictions
{
    public const string Key = "predictions";
    private const int ClientIdLength = 128;

    private readonly TrackedRun _run;
    private readonly string[] _columns;
    private readonly int _rows;

    /// <param name="row">The history's row the table stands in.</param>
    public WandbPredictions(TrackedRun run, SamplesChosen samples, EpochObserved observed, long row)
    {
        _run = run;
        _columns = ["image", "index", "label", "prediction", "correct", .. run.Classes.Select(name => $"p({name})")];
        var data = new List<object?[]>();
        var length = samples.Height * samples.Width * samples.Channels;
        var images = new List<WandbMedia>();
        for (var i = 0; i < samples.Indices.Count; i++)
        {
            var image = WandbMedia.Image(
                "samples", samples.Indices[i], PngImage.Encode(samples.Pixels.AsSpan(i * length, length), samples.Width, samples.Height, samples.Channels));
            images.Add(image);
            var probabilities = observed.SampleProbabilities.Skip(i * observed.Classes).Take(observed.Classes).ToArray();
            var prediction = SoftmaxCrossEntropy.ArgMax(probabilities);
            data.Add([
                image.ImageValue(samples.Width, samples.Height), samples.Indices[i], run.Classes[samples.Labels[i]], prediction < 0
                    ? "none" : run.Classes[prediction],
                prediction == samples.Labels[i], .. probabilities.Cast<object?>(),
            ]);
        }

        _rows = data.Count;
        Images = images;
        Table = WandbMedia.Table(Key, row, WandbJson.Write(WandbItems.Object(
            ("_type", "table"), ("columns", _columns), ("data", data), ("ncols", _columns.Length), ("nrows", _rows),
                ("column_types", ColumnTypes()), ("log_mode", "IMMUTABLE"))));
    }

    public IReadOnlyList<WandbMedia> Images { get; }

    public WandbMedia Table { get; }

    private string ClientId => _run.Derive("artifact " + Table.Sha256, ClientIdLength);

    private string SequenceId => _run.Derive("artifact sequence", ClientIdLength);

    /// <summary>What stands for the table in the history.</summary>
    public Dictionary<string, object?> Value(bool hasArtifact)
    {
        var value = Table.TableValue(_columns.Length, _rows);
        if (hasArtifact)
        {
            value.Add("artifact_path", $"wandb-client-artifact://{ClientId}/{Key}.table.json");
            value.Add("_latest_artifact_path", $"wandb-client-artifact://{SequenceId}:latest/{Key}.table.json");
        }

        return value;
    }

    /// <param name="localPath">Where the session's files lie.</param>
    public Artifact Artifact(string runId, WandbSettings settings, Func<string, string> localPath)
    {
        var manifest = new ArtifactManifest
        {
            Version = 1, StoragePolicy = "wandb-storage-policy-v1",
            StoragePolicyConfig = { new StoragePolicyItem { Key = "storageLayout", ValueJson = "\"V2\"" } },
            Contents =
            {
                Images.Select(image => Entry(image.Path, image, localPath)).Append(Entry(Key + ".table.json", Table, localPath)).DistinctBy(entry => entry.Path)
                    .OrderBy(entry => entry.Path, StringComparer.Ordinal),
            },
        };
        return new Artifact
        {
            RunId = runId, Project = settings.Project, Entity = settings.Entity, Type = "run_table", Name = $"run-{runId}-{Key}", Digest = Digest(manifest),
            Aliases = { "latest" }, Manifest = manifest, Finalize = true, ClientId = ClientId, SequenceClientId = SequenceId,
        };
    }

    private static ArtifactEntry Entry(string path, WandbMedia media, Func<string, string> localPath) =>
        new() { Path = path, Digest = media.Md5, Size = media.Content.Length, LocalPath = localPath(media.Path) };

    private static string Digest(ArtifactManifest manifest) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(
        "wandb-artifact-manifest-v1\n" + string.Concat(manifest.Contents.Select(entry => $"{entry.Path}:{entry.Digest}\n")))));

    private Dictionary<string, object?> ColumnTypes()
    {
        var types = WandbItems.Object([.. _columns.Select((name, i) => (name, (object?)WandbItems.Object(("wb_type", i switch
        {
            0 => "image-file",
            2 or 3 => "string",
            4 => "boolean",
            _ => "number",
        }))))]);
        return WandbItems.Object(("wb_type", "typedDict"), ("params", WandbItems.Object(("type_map", types))));
    }
}
