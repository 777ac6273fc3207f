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

    /// <summary>How picture files became these samples; null where the data set is no folder of pictures.</summary>
    public PictureOptions? Pictures { get; init; }

    /// <summary>What was found in the picture files; null where the data set is no folder of pictures.</summary>
    internal Func<PictureSummary>? Summarize { get; init; }

    /// <summary>Where each training sample lies, relative to the data set; null where it has no file of its own.</summary>
    public IReadOnlyList<string>? Paths { get; init; }

    /// <summary>A number for each training sample: those of one group are never divided. Null where each is alone.</summary>
    public IReadOnlyList<int>? Groups { get; init; }

    /// <summary>The training samples that the data set's maker set apart for validation; null where nobody did.</summary>
    public IReadOnlyList<int>? GivenValidation { get; init; }

    /// <summary>Whether there is a test part; a folder of pictures may have none. Default: true.</summary>
    internal bool HasTest { get; init; } = true;

    /// <summary>Whether the test files have been opened.</summary>
    public bool TestIsLoaded => _test is not null;

    public FeatureShape Shape => Train.Shape;

    public IReadOnlyList<string> ClassNames { get; }

    public int ClassCount => ClassNames.Count;

    /// <summary>Identifies the training files; a run that is resumed with another value has other data.</summary>
    public string Fingerprint => Train.Fingerprint;

    /// <summary>The same data with the labels that they had before they were corrected; null where none was.</summary>
    internal ImageDataset? Uncorrected { get; private init; }

    /// <summary>The same data with labels that are right.</summary>
    internal ImageDataset Corrected(ImageSamples train, Func<ImageSamples> readTest, IReadOnlyList<string> notes) => new(Name, train, readTest, ClassNames)
    {
        Folder = Folder, Notes = notes, IsPublished = IsPublished, Pictures = Pictures, Paths = Paths, Groups = Groups, GivenValidation = GivenValidation,
        HasTest = HasTest, Uncorrected = this,
    };

    /// <summary>
    /// Opens a folder of data: pictures with a folder for each class, with or without training, validation and test parts, or the IDX files of MNIST and its
    /// relatives. What it is, is recognized; <see cref="Notes"/> say how it was understood.
    /// </summary>
    /// <exception cref="WeftException">Nothing is there that is known, pictures cannot be read, or there are no two classes.</exception>
    public static ImageDataset Open(string folder, DataOptions? options = null, CancellationToken cancellationToken = default) =>
        DatasetFormats.Open(folder, options ?? new DataOptions(), cancellationToken);

    /// <summary>Opens the test files at the first call.</summary>
    /// <exception cref="WeftException">A file is missing or damaged.</exception>
    public ImageSamples LoadTest() => _test ??= _readTest();
}
