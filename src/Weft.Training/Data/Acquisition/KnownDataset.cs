namespace Weft.Training;

/// <summary>One file of a published data set.</summary>
/// <param name="Name">Without <c>.gz</c>.</param>
/// <param name="Sha256">The checksum of the unpacked content: packers differ in the gzip header.</param>
/// <param name="PackedLength">Bytes of the published <c>.gz</c>.</param>
internal sealed record KnownFile(string Name, IdxContent Content, int Count, string Sha256, long PackedLength);

/// <summary>What is known of a published data set in four IDX files.</summary>
/// <param name="Name">As configurations name it.</param>
internal sealed record KnownDataset(string Name, FeatureShape Shape, IReadOnlyList<string> ClassNames, IReadOnlyList<KnownFile> Files)
{
    /// <summary>What to do about a file of it that is bad.</summary>
    internal NextStep Replacement => new GetDataset(Name, Replace: true);

    /// <summary>Everything a reader can check about <paramref name="file"/>.</summary>
    public IdxExpectation Expect(KnownFile file, NextStep remedy) => new(file.Content)
    {
        Count = file.Count,
        Height = file.Content == IdxContent.Images ? Shape.Height : null,
        Width = file.Content == IdxContent.Images ? Shape.Width : null,
        ClassCount = file.Content == IdxContent.Labels ? ClassNames.Count : null,
        Sha256 = file.Sha256,
        KnownFiles = Files.ToDictionary(known => known.Sha256, known => known.Name),
        Remedy = remedy,
    };
}
