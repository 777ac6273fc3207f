namespace Weft.Training;

/// <summary>A kind of data set on disk.</summary>
internal interface IDatasetFormat
{
    /// <summary>Whether a path holds such data; looks at names and first bytes only.</summary>
    bool Recognizes(string path);

    /// <exception cref="WeftException">The data are damaged, or cannot be read.</exception>
    ImageDataset Open(string path, DataOptions options, CancellationToken cancellationToken);
}

/// <summary>A kind of data set whose pictures are files of their own, or parts of an archive or a table.</summary>
internal interface IPictureFormat : IDatasetFormat
{
    /// <summary>Lists the pictures; none is opened.</summary>
    DatasetIndex Index(string path, DataOptions options);

    ImageDataset IDatasetFormat.Open(string path, DataOptions options, CancellationToken cancellationToken) =>
        PictureDataset.Open(Index(path, options), options, cancellationToken);
}

/// <summary>Every kind of data set that is recognized by what lies at its path. The first one that says yes reads it.</summary>
internal static class DatasetFormats
{
    private static readonly IReadOnlyList<IDatasetFormat> All =
        [new IdxFormat(), new CifarFormat(), new ManifestFormat(), new ArchiveFormat(), new PictureFolderFormat(), new NpzFormat()];

    /// <summary>The kind of what lies at a path; null where it is none of them.</summary>
    public static IDatasetFormat? Of(string path) => All.FirstOrDefault(format => format.Recognizes(path));

    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetMissing"/>: nothing is there that is known; else as <see cref="IDatasetFormat.Open"/>.
    /// </exception>
    public static ImageDataset Open(string path, DataOptions options, CancellationToken cancellationToken) =>
        options.Corrected(Of(path)?.Open(path, options, cancellationToken))
            ?? throw (Directory.Exists(path) ? FolderContent.Unknown(path) : FolderContent.NoFolder(path));

    private sealed class IdxFormat : IDatasetFormat
    {
        public bool Recognizes(string path) => IdxLayout.Has(path);

        public ImageDataset Open(string path, DataOptions options, CancellationToken cancellationToken) => IdxFolder.Open(path);
    }

    private sealed class PictureFolderFormat : IPictureFormat
    {
        public bool Recognizes(string path) => PictureFolder.Recognizes(path);

        public DatasetIndex Index(string path, DataOptions options) => PictureFolder.Read(path);
    }
}
