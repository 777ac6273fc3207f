namespace Weft.Training;

/// <summary>Says what stands where a data set was expected.</summary>
internal static class FolderContent
{
    private const int FilesLookedAt = 2_000;
    private const int Levels = 3;

    private const string Readable =
        "a folder with a folder of pictures for each class, the same in a zip, tar or tar.gz file, a table of pictures (CSV, TSV, JSON Lines), "
        + "NumPy's .npz, the binary files of CIFAR, or the IDX files of MNIST (plain or .gz)";

    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"];
    private static readonly string[] Tables = [".csv", ".tsv", ".jsonl", ".parquet", ".npz", ".npy", ".zip", ".tar", ".tgz", ".7z", ".rar", ".h5", ".mat"];
    private static readonly string[] Pickles = ["data_batch_1", "batches.meta", "cifar-10-python.tar.gz", "cifar-100-python.tar.gz"];

    /// <summary>An error that names what the folder holds instead.</summary>
    public static WeftException Unknown(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true, MaxRecursionDepth = Levels, IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        };
        var files = Directory.EnumerateFiles(folder, "*", options).Take(FilesLookedAt).ToList();
        var pictures = files.Where(file => Pictures.Contains(Extension(file))).ToList();
        var inFolders = pictures.Exists(file => Path.GetDirectoryName(file) != Path.TrimEndingDirectorySeparator(folder));
        var tables = files.Where(file => Tables.Contains(Extension(file))).ToList();
        var found = files.Exists(IsPickle) ? "CIFAR as Python pickles"
            : pictures.Count > 0 && inFolders ? $"a folder with sub-folders of {Kinds(pictures)} files: one class a folder"
            : pictures.Count > 0 ? $"a folder of {Kinds(pictures)} files"
            : tables.Count > 0 ? $"a folder with {Kinds(tables)} files ({Path.GetFileName(tables[0])})"
            : files.Count == 0 ? "an empty folder"
            : $"other files ({string.Join(", ", files.Take(3).Select(Path.GetFileName))}{(files.Count > 3 ? ", …" : "")})";
        return Error("the data folder holds no data set that is read", folder, found);
    }

    /// <summary>An error about a file, or nothing, in place of a folder.</summary>
    public static WeftException NoFolder(string path) => !File.Exists(path) ? Error("the data folder is missing", path, "nothing")
        : Error("the data are a file that is not read", path, IsPickle(path) ? "CIFAR as Python pickles"
            : Tables.Contains(Extension(path)) ? $"a {Kinds([path])} file" : "a file");

    private static WeftException Error(string what, string where, string found) => new(ErrorKind.DatasetMissing, what)
    {
        Where = where,
        Expected = Readable,
        Found = found,
        Safe = "nothing was changed",
        Next = new Advice(found.EndsWith("pickles", StringComparison.Ordinal)
            ? "a pickle is a program, so none is opened; cifar-10-binary.tar.gz (or cifar-100-binary.tar.gz) holds the same pictures"
            : found.StartsWith("a folder with ", StringComparison.Ordinal) && found.Contains("SV", StringComparison.Ordinal)
                ? "if one of them lists pictures, name it: --data FILE.csv, with columns \"path\" and \"label\""
            : "correct --data, or leave it out to search and download Fashion-MNIST"),
    };

    // CIFAR-100's pickles are called train, test and meta.
    private static bool IsPickle(string file) =>
        Pickles.Contains(Path.GetFileName(file)) || Path.GetFileName(Path.GetDirectoryName(file)) == "cifar-100-python";

    private static string Kinds(IEnumerable<string> files) =>
        string.Join(" and ", files.Select(file => Extension(file).TrimStart('.').ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal).Take(3));

    private static string Extension(string file) => Path.GetExtension(file).ToLowerInvariant();
}
