namespace Weft.Training;

/// <summary>Says what stands where IDX files were expected.</summary>
internal static class FolderContent
{
    private const int FilesLookedAt = 2_000;
    private const int Levels = 3;

    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm"];
    private static readonly string[] Tables = [".csv", ".tsv", ".parquet", ".npz", ".npy", ".zip", ".tar", ".tgz", ".h5", ".mat"];

    /// <summary>An error that names what the folder holds instead.</summary>
    public static WeftException NoIdx(string folder)
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
        var found = pictures.Count > 0 && inFolders ? $"a folder with sub-folders of {Kinds(pictures)} files: one class a folder"
            : pictures.Count > 0 ? $"a folder of {Kinds(pictures)} files"
            : tables.Count > 0 ? $"a folder with {Kinds(tables)} files ({Path.GetFileName(tables[0])})"
            : files.Count == 0 ? "an empty folder"
            : $"other files ({string.Join(", ", files.Take(3).Select(Path.GetFileName))}{(files.Count > 3 ? ", …" : "")})";
        return Error("the data folder has no IDX file", folder, found);
    }

    /// <summary>An error about a file, or nothing, in place of a folder.</summary>
    public static WeftException NoFolder(string path) => !File.Exists(path) ? Error("the data folder is missing", path, "nothing")
        : Error("the data are a file, not a folder", path, Tables.Contains(Extension(path)) ? $"a {Kinds([path])} file" : "a file");

    private static WeftException Error(string what, string where, string found) => new(ErrorKind.DatasetMissing, what)
    {
        Where = where,
        Expected = $"a folder with {string.Join(", ", IdxFolder.FileNames)} (plain or .gz)",
        Found = found,
        Safe = "nothing was changed",
        Next = new Advice("correct --data, or leave it out to search and download Fashion-MNIST"
            + (found is "nothing" or "a file" or "an empty folder"
                ? ""
                : "; of pictures of your own, IDX files are read: write their pixels and labels as such")),
    };

    private static string Kinds(IEnumerable<string> files) =>
        string.Join(" and ", files.Select(file => Extension(file).TrimStart('.').ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal).Take(3));

    private static string Extension(string file) => Path.GetExtension(file).ToLowerInvariant();
}
