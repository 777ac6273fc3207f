using Weft.Training;

namespace Weft.App;

/// <summary>What <c>models list</c> knows of.</summary>
internal sealed record ModelsDocument(IReadOnlyList<ModelEntry> Models);

/// <summary>Weights that can be fetched, or that are here.</summary>
internal sealed record ModelEntry
{
    public required string Name { get; init; }

    /// <summary>Where they come from: a package and its version, or a file.</summary>
    public required string Source { get; init; }

    public required string Licence { get; init; }

    /// <summary>SHA-256 of the file that they come from.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The length of what is fetched; of what is here where nothing can be.</summary>
    public required long Bytes { get; init; }

    /// <summary>The file with them on this machine; null where there is none.</summary>
    public required string? File { get; init; }
}

/// <summary>What <c>models get</c> and <c>models import</c> have made.</summary>
internal sealed record ModelDocument
{
    public required string Name { get; init; }

    public required string File { get; init; }

    public required string Network { get; init; }

    public required string Source { get; init; }

    public required string Licence { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>The height and width of the pictures that they were trained on.</summary>
    public required int Side { get; init; }

    public required IReadOnlyList<double> Mean { get; init; }

    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>For each tensor of the source the name that it got.</summary>
    public required IReadOnlyDictionary<string, string> Taken { get; init; }

    /// <summary>The source's tensors that the network has no place for.</summary>
    public required IReadOnlyList<string> LeftOver { get; init; }

    public static ModelDocument Of(string name, string file, PretrainedMetadata metadata) => new()
    {
        Name = name, File = file, Network = metadata.Network, Source = metadata.Source, Licence = metadata.Licence, Sha256 = metadata.SourceSha256,
        Side = metadata.Side, Mean = metadata.Mean, StandardDeviation = metadata.StandardDeviation, Taken = metadata.Taken, LeftOver = metadata.LeftOver,
    };
}
