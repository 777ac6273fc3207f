namespace Weft.Training;

/// <summary>A file in a tree of folders.</summary>
/// <param name="Path">From the root of the tree, with '/' between folders.</param>
internal sealed record TreeFile(string Path, IPictureContent Content);

/// <summary>
/// How a tree of folders is understood, on disk or in an archive: a folder for each class, with or without folders for training, validation and test above
/// them. Splits are looked for first, classes second; deeper folders belong to the class above them.
/// </summary>
internal static class PictureTree
{
    private const int StraysShown = 10;

    private static readonly string[] Endings =
        [".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".ico", ".ppm", ".pgm", ".tif", ".tiff", ".heic", ".heif", ".avif"];

    private static readonly string[] SystemNames = ["__MACOSX", "Thumbs.db", "desktop.ini"];

    /// <summary>Whether a file's name is one of a picture.</summary>
    public static bool IsPicture(string path) => IsWanted(path) && Endings.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Whether a file is neither hidden nor the system's own.</summary>
    public static bool IsWanted(string path) => Path.GetFileName(path) is var name && name is not ['.', ..] && !SystemNames.Contains(name);

    /// <summary>As <see cref="IsWanted"/>, of a folder; what programs keep for themselves often begins with an underscore.</summary>
    public static bool IsWantedFolder(string path) => IsWanted(path) && Path.GetFileName(path) is not ['_', ..];

    /// <summary>Whether no folder above a file, and not the file, is left out.</summary>
    public static bool IsWantedFile(string path) => IsWanted(path) && path.Split('/')[..^1].All(IsWantedFolder);

    /// <summary>The index of a tree.</summary>
    /// <param name="place">Where it lies, as a person named it.</param>
    /// <param name="folders">Those at the top, also where they hold nothing.</param>
    /// <param name="skipped">What was left out before; more is added.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it cannot be told what is a class.</exception>
    public static DatasetIndex Index(
        string name, string place, IEnumerable<TreeFile> files, IReadOnlyCollection<string> folders, List<SkippedPath> skipped)
    {
        var sorted = files.Select(file => (file.Path, Parts: file.Path.Split('/'), file.Content)).ToArray();
        Array.Sort(sorted, (a, b) => Compare(a.Parts, b.Parts));
        string[] first = [.. folders.Concat(sorted.Where(file => file.Parts.Length > 1).Select(file => file.Parts[0])).Where(IsWantedFolder).Distinct()];
        var isSplit = PartNames.Divide(first);
        var labelAt = isSplit ? 1 : 0;
        var pictures = new List<IndexedPicture>();
        var strays = new List<string>();
        foreach (var (path, parts, content) in sorted)
        {
            if (Array.FindIndex(parts, 0, parts.Length - 1, part => !IsWantedFolder(part)) is var hidden and >= 0)
                Skip(string.Join('/', parts[..(hidden + 1)]), "hidden or system folder");
            else if (parts.Length <= labelAt + 1 && IsPicture(path))
                strays.Add(path);
            else if (parts.Length <= labelAt + 1)
                Skip(path, "not in a class's folder");
            else if (!IsWanted(path))
                Skip(path, "hidden or system file");
            else if (!IsPicture(path))
                Skip(path, "not a picture by its name");
            else
                pictures.Add(new IndexedPicture(path, content, parts[labelAt], isSplit ? PartNames.Of(parts[0]) : GivenPart.None));
        }

        RequireNoStrays(strays, place);
        RequireDistinctNames(pictures, place);
        var labels = pictures.Select(picture => picture.Label!).ToHashSet(StringComparer.Ordinal);
        string[] empty = [.. first.Where(folder => !isSplit && !labels.Contains(folder)).Order(StringComparer.Ordinal)];
        return new DatasetIndex(name, isSplit ? $"{labels.Count} classes, a folder each, in {string.Join(", ", first.Order(StringComparer.Ordinal))}"
            : $"{labels.Count} classes, a folder each", pictures)
        {
            Folder = place,
            Skipped = skipped,
            Notes = empty.Length == 0 ? [] : [$"no picture in {string.Join(", ", empty)}: {(empty.Length == 1 ? "this is no class" : "these are no classes")}"],
        };

        void Skip(string path, string reason)
        {
            if (skipped.Count == 0 || skipped[^1].Path != path)
                skipped.Add(new SkippedPath(path, reason));
        }
    }

    // Files before folders, each in ordinal order, so that classes and pictures have the same order on every system.
    private static int Compare(string[] a, string[] b)
    {
        for (var i = 0; ; i++)
        {
            var (aIsFile, bIsFile) = (i == a.Length - 1, i == b.Length - 1);
            var order = aIsFile != bIsFile ? bIsFile.CompareTo(aIsFile) : string.CompareOrdinal(a[i], b[i]);
            if (order != 0 || aIsFile)
                return order;
        }
    }

    private static void RequireNoStrays(List<string> strays, string place)
    {
        if (strays.Count == 0)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"{strays.Count} pictures lie next to the folders of the classes, in none of them")
        {
            Where = place,
            Expected = "a folder for each class, and every picture in one of them",
            Found = string.Join(", ", strays.Take(StraysShown)) + (strays.Count > StraysShown ? ", …" : ""),
            Safe = "nothing was changed",
            Next = new Advice("move them into the folders of their classes, or elsewhere"),
        };
    }

    // Two names that a person, or another file system, takes for one.
    private static void RequireDistinctNames(IReadOnlyList<IndexedPicture> pictures, string place)
    {
        var twice = pictures.Select(picture => picture.Label!).Distinct()
            .GroupBy(label => label.ToUpperInvariant()).FirstOrDefault(names => names.Count() > 1);
        if (twice is null)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"two folders are one class: {string.Join(", ", twice.Select(name => $"\"{name}\""))}")
        {
            Where = place, Expected = "names that differ by more than upper and lower case", Found = string.Join(", ", twice),
            Safe = "nothing was changed", Next = new Advice("give both folders the same name, or two different ones"),
        };
    }
}
