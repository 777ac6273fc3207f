namespace Weft.Training;

/// <summary>A part of a data set that its maker divided.</summary>
internal enum GivenPart
{
    /// <summary>The maker did not divide it.</summary>
    None = 0,

    Train = 1,
    Validation = 2,
    Test = 3,
}

/// <summary>One picture of a data set, not opened yet.</summary>
/// <param name="Path">Names it in messages and tables, relative to the data set, with '/' between folders.</param>
/// <param name="Content">Gives its bytes.</param>
/// <param name="Label">The name of its class; null where it has none.</param>
internal sealed record IndexedPicture(string Path, IPictureContent Content, string? Label, GivenPart Part = GivenPart.None)
{
    /// <summary>What it belongs to (a patient, an object, a video): pictures of one group are never divided. Null where nothing is known.</summary>
    public string? Group { get; init; }
}

/// <summary>The bytes of a picture: a file, or a part of an archive or a table.</summary>
internal interface IPictureContent
{
    /// <summary>What tells that the bytes changed without reading them; null where only the bytes tell.</summary>
    string? Stamp { get; }

    /// <summary>Whether it is a symbolic link to a file elsewhere.</summary>
    bool IsLink => false;

    /// <exception cref="IOException">It cannot be read, or is larger than a picture may be.</exception>
    byte[] Read();
}

/// <summary>A path that was left out, and why.</summary>
internal sealed record SkippedPath(string Path, string Reason);

/// <summary>What a data set consists of, as its folders, file names or tables say it; no picture has been opened.</summary>
/// <param name="Name">For people.</param>
/// <param name="Layout">How it was understood, as a sentence: "6 classes, a folder each".</param>
internal sealed record DatasetIndex(string Name, string Layout, IReadOnlyList<IndexedPicture> Pictures)
{
    public IReadOnlyList<SkippedPath> Skipped { get; init; } = [];

    /// <summary>What a person should know about how it was understood.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The folder it lies in.</summary>
    public required string Folder { get; init; }
}
