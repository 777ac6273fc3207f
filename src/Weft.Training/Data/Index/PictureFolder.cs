namespace Weft.Training;

/// <summary>
/// A folder of pictures: a folder for each class, with or without folders for training, validation and test above them. Splits are looked for first, classes
/// second; deeper folders belong to the class above them.
/// </summary>
internal static class PictureFolder
{
    private const int StraysShown = 10;

    private static readonly string[] Endings =
        [".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".ico", ".ppm", ".pgm", ".tif", ".tiff", ".heic", ".heif", ".avif"];

    private static readonly string[] SystemNames = ["__MACOSX", "Thumbs.db", "desktop.ini"];

    /// <summary>Whether a folder holds sub-folders with pictures in them.</summary>
    public static bool Recognizes(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true, AttributesToSkip = 0 };
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Where(IsWanted)
            .Any(sub => Directory.EnumerateFiles(sub, "*", options).Any(IsPicture));
    }

    /// <summary>Lists the pictures of a folder; none is opened.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it cannot be told what is a class.</exception>
    public static DatasetIndex Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        var skipped = new List<SkippedPath>();
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var first = SubFolders(folder, folder, skipped);
        var parts = first.ToDictionary(sub => sub, sub => PartNames.Of(Path.GetFileName(sub)));
        var isSplit = PartNames.Divide([.. first.Select(sub => Path.GetFileName(sub))]);
        var pictures = new List<IndexedPicture>();
        if (isSplit)
        {
            foreach (var (sub, part) in parts)
            {
                RequireNoStrays(sub, skipped, folder);
                foreach (var label in SubFolders(folder, sub, skipped))
                    Collect(folder, label, Path.GetFileName(label), part, pictures, skipped, visited);
            }
        }
        else
        {
            RequireNoStrays(folder, skipped, folder);
            foreach (var label in first)
                Collect(folder, label, Path.GetFileName(label), GivenPart.None, pictures, skipped, visited);
        }

        RequireDistinctNames(pictures, folder);
        var classes = pictures.Select(picture => picture.Label).Distinct().Count();
        string[] given = [.. parts.Where(entry => isSplit).Select(entry => Path.GetFileName(entry.Key))];
        string[] empty =
        [
            .. first.Select(sub => Path.GetFileName(sub)).Where(name => !isSplit && !pictures.Any(picture => picture.Label == name)),
        ];
        return new DatasetIndex(Path.GetFileName(folder), isSplit ? $"{classes} classes, a folder each, in {string.Join(", ", given)}"
            : $"{classes} classes, a folder each", pictures)
        {
            Folder = folder,
            Skipped = skipped,
            Notes = empty.Length == 0 ? [] : [$"no picture in {string.Join(", ", empty)}: {(empty.Length == 1 ? "this is no class" : "these are no classes")}"],
        };
    }

    internal static bool IsPicture(string path) => IsWanted(path) && Endings.Contains(Path.GetExtension(path).ToLowerInvariant());

    private static bool IsWanted(string path) => Path.GetFileName(path) is var name && name[0] is not ('.' or '_') && !SystemNames.Contains(name);

    // Ordinal, so that classes have the same order on every system.
    private static List<string> SubFolders(string root, string folder, List<SkippedPath> skipped)
    {
        var wanted = Directory.EnumerateDirectories(folder).ToLookup(IsWanted);
        skipped.AddRange(wanted[false].Select(path => new SkippedPath(Relative(root, path), "hidden or system folder")));
        return [.. wanted[true].OrderBy(path => Path.GetFileName(path), StringComparer.Ordinal)];
    }

    private static void Collect(
        string root, string folder, string label, GivenPart part, List<IndexedPicture> pictures, List<SkippedPath> skipped, HashSet<string> visited)
    {
        // A link that leads back up would never end.
        var real = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
        if (!visited.Add($"{label}\n{part}\n{real}"))
        {
            skipped.Add(new SkippedPath(Relative(root, folder), "link to a folder that was listed already"));
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder).OrderBy(path => Path.GetFileName(path), StringComparer.Ordinal))
        {
            var relative = Relative(root, file);
            if (!IsWanted(file))
                skipped.Add(new SkippedPath(relative, "hidden or system file"));
            else if (!IsPicture(file))
                skipped.Add(new SkippedPath(relative, "not a picture by its name"));
            else
                pictures.Add(new IndexedPicture(relative, new FileContent(file), label, part));
        }

        foreach (var sub in SubFolders(root, folder, skipped))
            Collect(root, sub, label, part, pictures, skipped, visited);
    }

    private static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static void RequireNoStrays(string folder, List<SkippedPath> skipped, string root)
    {
        var files = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).ToLookup(IsPicture);
        skipped.AddRange(files[false].Select(path => new SkippedPath(Relative(root, path), "not in a class's folder")));
        string[] strays = [.. files[true].Select(path => Path.GetFileName(path))];
        if (strays.Length == 0)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"{strays.Length} pictures lie next to the folders of the classes, in none of them")
        {
            Where = folder,
            Expected = "a folder for each class, and every picture in one of them",
            Found = string.Join(", ", strays.Take(StraysShown)) + (strays.Length > StraysShown ? ", …" : ""),
            Safe = "nothing was changed",
            Next = new Advice("move them into the folders of their classes, or elsewhere"),
        };
    }

    // Two names that a person, or another file system, takes for one.
    private static void RequireDistinctNames(IReadOnlyList<IndexedPicture> pictures, string folder)
    {
        var twice = pictures.Select(picture => picture.Label!).Distinct()
            .GroupBy(label => label.ToUpperInvariant()).FirstOrDefault(names => names.Count() > 1);
        if (twice is null)
            return;
        throw new WeftException(ErrorKind.InvalidInput, $"two folders are one class: {string.Join(", ", twice.Select(name => $"\"{name}\""))}")
        {
            Where = folder, Expected = "names that differ by more than upper and lower case", Found = string.Join(", ", twice),
            Safe = "nothing was changed", Next = new Advice("give both folders the same name, or two different ones"),
        };
    }
}
