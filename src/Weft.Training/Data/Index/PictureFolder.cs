namespace Weft.Training;

/// <summary>A folder of pictures on disk, understood as <see cref="PictureTree"/> says.</summary>
internal static class PictureFolder
{
    /// <summary>Whether a folder holds sub-folders with pictures in them.</summary>
    public static bool Recognizes(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4, IgnoreInaccessible = true, AttributesToSkip = 0 };
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Where(PictureTree.IsWantedFolder)
            .Any(sub => Directory.EnumerateFiles(sub, "*", options).Any(PictureTree.IsPicture));
    }

    /// <summary>Lists the pictures of a folder; none is opened.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it cannot be told what is a class.</exception>
    public static DatasetIndex Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        var (files, skipped) = (new List<TreeFile>(), new List<SkippedPath>());
        Collect(new Walk(folder, files, skipped, new HashSet<string>(StringComparer.Ordinal)), folder, []);
        string[] first = [.. Directory.EnumerateDirectories(folder).Select(sub => Path.GetFileName(sub))];
        return PictureTree.Index(Path.GetFileName(folder), folder, files, first, skipped);
    }

    private sealed record Walk(string Root, List<TreeFile> Files, List<SkippedPath> Skipped, HashSet<string> Visited)
    {
        public string Relative(string path) => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');
    }

    /// <param name="above">Where the folders above it really are: a link that leads back up would never end.</param>
    private static void Collect(Walk walk, string folder, string[] above)
    {
        var real = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
        var relative = walk.Relative(folder);
        // Two links to one folder are the same pictures, unless they are two classes.
        if (above.Contains(real) || !walk.Visited.Add($"{string.Join('/', relative.Split('/').Take(2))}\n{real}"))
        {
            walk.Skipped.Add(new SkippedPath(relative, "link to a folder that was listed already"));
            return;
        }

        walk.Files.AddRange(Directory.EnumerateFiles(folder).Select(file => new TreeFile(walk.Relative(file), new FileContent(file))));
        foreach (var sub in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (PictureTree.IsWantedFolder(sub))
                Collect(walk, sub, [.. above, real]);
            else
                walk.Skipped.Add(new SkippedPath(walk.Relative(sub), "hidden or system folder"));
        }
    }
}
