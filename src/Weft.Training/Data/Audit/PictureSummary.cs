namespace Weft.Training;

/// <summary>What a scan found in the files of a data set, all of them, before any was left out.</summary>
/// <param name="Files">Pictures that are listed, also those that cannot be read.</param>
/// <param name="Links">Symbolic links among them.</param>
/// <param name="Distinct">Different contents.</param>
/// <param name="IdenticalGroups">Contents that several files have.</param>
/// <param name="Contradictions">Contents that files of two or more classes have.</param>
/// <param name="PerClass">Files of each class, in the order of the names.</param>
/// <param name="Unreadable">Those that cannot be read, and why.</param>
/// <param name="Formats">Readable pictures of each format, most first.</param>
internal sealed record PictureSummary(
    int Files, int Links, int Distinct, int IdenticalGroups, int Contradictions, IReadOnlyList<NamedCount> PerClass, IReadOnlyList<SkippedPath> Unreadable,
    IReadOnlyList<NamedCount> Formats)
{
    private const int LongAspect = 50;
    private const int MuchAfterTheEnd = 1_000;

    /// <summary>Properties of readable pictures that matter to who decodes them, with how many have each; those that none has are left out.</summary>
    public required IReadOnlyList<NamedCount> Properties { get; init; }

    public static PictureSummary Of(DatasetIndex index, IReadOnlyList<ScannedPicture> scan)
    {
        var rows = index.Pictures.Zip(scan).ToList();
        var contents = rows.Where(row => row.Second.Sha256.Length > 0).GroupBy(row => row.Second.Sha256, row => row.First.Label).ToList();
        var readable = scan.Where(picture => picture.IsReadable).ToList();
        return new PictureSummary(
            rows.Count, rows.Count(row => row.First.Content.IsLink), contents.Count, contents.Count(same => same.Count() > 1),
            contents.Count(same => same.Distinct().Count() > 1),
            [.. rows.CountBy(row => row.First.Label ?? "").OrderBy(label => label.Key, StringComparer.Ordinal)
                .Select(label => new NamedCount(label.Key, label.Value))],
            [.. rows.Where(row => !row.Second.IsReadable).Select(row => new SkippedPath(row.First.Path, row.Second.Fault!))],
            [.. readable.CountBy(picture => picture.Format ?? "").OrderByDescending(format => format.Value)
                .Select(format => new NamedCount(format.Key, format.Value))])
        {
            Properties =
            [
                .. new NamedCount[]
                {
                    new("grey", readable.Count(picture => picture.IsGrey)), new("transparent", readable.Count(picture => picture.HasAlpha)),
                    new("turned by EXIF", readable.Count(picture => picture.Orientation > 1)),
                    new("with a colour profile", readable.Count(picture => picture.HasColorProfile)), new("CMYK", readable.Count(picture => picture.IsCmyk)),
                    new("16 bits a channel", readable.Count(picture => picture.BitsPerChannel > 8)),
                    new("of several frames", readable.Count(picture => picture.FrameCount > 1)),
                    new($"longer than {LongAspect}:1", readable.Count(picture => picture.Aspect > LongAspect)),
                    new("with more than 1 kB after its end", readable.Count(picture => picture.TrailingBytes > MuchAfterTheEnd)),
                }.Where(property => property.Count > 0),
            ],
        };
    }
}

/// <summary>How many of a kind there are.</summary>
internal sealed record NamedCount(string Name, int Count);
