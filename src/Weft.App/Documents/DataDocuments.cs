using System.Text.Json.Serialization;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>data get</c> found or fetched.</summary>
internal sealed record DataGetDocument(string Name, string? Folder, int Train, int Test, string Fingerprint, bool Published);

/// <summary>What <c>data show</c> shows.</summary>
/// <param name="File">The picture that was written; null where none was asked for.</param>
internal sealed record DataShowDocument(string Name, string? Folder, string? File, IReadOnlyList<string> Classes, IReadOnlyList<ShownSampleEntry> Samples);

/// <summary>A sample of a sheet.</summary>
internal sealed record ShownSampleEntry(int Index, string Class);

/// <summary>What <c>data audit</c> found out.</summary>
internal sealed record DataAuditDocument
{
    public required string Name { get; init; }

    public required string? Folder { get; init; }

    public required string Fingerprint { get; init; }

    public required bool Published { get; init; }

    public required IReadOnlyList<int> TrainPerClass { get; init; }

    public required IReadOnlyList<int> ValidationPerClass { get; init; }

    public required IReadOnlyList<double> Mean { get; init; }

    public required IReadOnlyList<double> StandardDeviation { get; init; }

    public required IReadOnlyList<DuplicateEntry> Duplicates { get; init; }

    public required IReadOnlyList<DuplicateEntry> NearDuplicates { get; init; }

    /// <summary>Whether there are more near duplicates than are listed.</summary>
    public required bool NearDuplicatesCut { get; init; }

    /// <summary>What was found in the picture files, all of them; null for other data sets.</summary>
    public required PictureSummary? Pictures { get; init; }
}

/// <summary>Two samples that are the same picture, or nearly.</summary>
internal sealed record DuplicateEntry(int First, string FirstPart, int FirstLabel, int Second, string SecondPart, int SecondLabel, double Correlation)
{
    /// <summary>Where the first lies; absent where it has no file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FirstPath { get; init; }

    /// <summary>Where the second lies; absent where it has no file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecondPath { get; init; }

    public static IReadOnlyList<DuplicateEntry> Of(IReadOnlyList<DuplicateSamples> pairs, ImageDataset data) =>
    [
        .. pairs.Select(pair => new DuplicateEntry(
            pair.First.Index, pair.First.Part.ToString().ToLowerInvariant(), pair.First.Label,
            pair.Second.Index, pair.Second.Part.ToString().ToLowerInvariant(), pair.Second.Label, pair.Correlation)
        {
            FirstPath = data.Paths?[pair.First.Index], SecondPath = data.Paths?[pair.Second.Index],
        }),
    ];
}
