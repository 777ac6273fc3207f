namespace Weft.Training;

/// <summary>
/// A data set of labelled images in a training part, which is in memory, and a test part, whose files are opened by <see cref="LoadTest"/> and by nothing else.
/// </summary>
public sealed class ImageDataset
{
    private readonly Func<ImageSamples> _readTest;
    private ImageSamples? _test;

    public ImageDataset(string name, ImageSamples train, Func<ImageSamples> readTest, IReadOnlyList<string> classNames)
    {
        Name = name;
        Train = train;
        _readTest = readTest;
        ClassNames = classNames;
    }

    public string Name { get; }

    /// <summary>Where the files were found; null for samples that came from memory.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Which source gave the files and what a person should know about it: a damaged cache that was passed over, content that has no published checksum.
    /// </summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether the training files are byte for byte the published ones.</summary>
    public bool IsPublished { get; init; }

    public ImageSamples Train { get; }

    /// <summary>Whether the test files have been opened.</summary>
    public bool TestIsLoaded => _test is not null;

    public FeatureShape Shape => Train.Shape;

    public IReadOnlyList<string> ClassNames { get; }

    public int ClassCount => ClassNames.Count;

    /// <summary>Identifies the training files; a run that is resumed with another value has other data.</summary>
    public string Fingerprint => Train.Fingerprint;

    /// <summary>Opens the test files at the first call.</summary>
    /// <exception cref="WeftException">A file is missing or damaged.</exception>
    public ImageSamples LoadTest() => _test ??= _readTest();
}
