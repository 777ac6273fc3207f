namespace Weft.Training;

/// <summary>
/// Where a folder keeps its four IDX files, and what stands before their names: nothing (MNIST), or one prefix (<c>emnist-letters-</c>). A dot in place of a
/// dash (<c>train-images.idx3-ubyte</c>) and <c>test</c> in place of <c>t10k</c> are the same names, <c>.gz</c> may follow.
/// </summary>
internal sealed record IdxLayout(string Folder, string Prefix)
{
    private const int NamesShown = 20;
    private const string LabelsEnding = "-labels-idx1-ubyte";
    private const string RowsEnding = "-labels-idx2-int";

    /// <summary>What the data set is called: its folder, or the one above torchvision's <c>raw</c>.</summary>
    public string Name
    {
        get
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder));
            return Path.GetFileName(Path.GetFileName(full) == "raw" && Path.GetDirectoryName(full) is { Length: > 1 } above ? above : full);
        }
    }

    /// <summary>Whether the images lie on their side: EMNIST's were written column after column.</summary>
    public bool IsTransposed => Prefix.StartsWith("emnist-", StringComparison.OrdinalIgnoreCase);

    /// <summary>What a file of labels holds, by its name: QMNIST's has eight numbers for each image.</summary>
    public static IdxContent LabelsIn(string path) =>
        path.EndsWith("idx2-int", StringComparison.Ordinal) || path.EndsWith("idx2-int.gz", StringComparison.Ordinal) ? IdxContent.LabelRows
            : IdxContent.Labels;

    /// <summary>Looks in the folder, and where it has no IDX file in <c>raw</c> and <c>NAME/raw</c>, as torchvision has it.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetMissing"/>: there are none, or those of several data sets.</exception>
    public static IdxLayout Find(string folder)
    {
        try
        {
            if (Prefixes(folder) is { Count: > 0 } here)
                return Single(folder, here);
            var found = RawFolders(folder);
            return found switch
            {
                [] => throw FolderContent.Unknown(folder),
                [var one] => Single(one.Raw, one.Prefixes),
                [var first, ..] => throw Several(
                    folder, found.Select(place => Path.GetFileName(place.Above)), new ChooseData(first.Above)),
            };
        }
        catch (Exception unreadable) when (DiskFailure.Is(unreadable))
        {
            throw new WeftException(ErrorKind.DatasetMissing, "the data folder cannot be read", unreadable)
            {
                Where = folder, Found = unreadable.Message, Safe = "nothing was changed",
                Next = new Advice("give yourself the right to read it, or correct --data"),
            };
        }
    }

    /// <summary>Whether <see cref="Find"/> has anything to say about a folder: it holds such files, or cannot be read.</summary>
    public static bool Has(string folder)
    {
        try
        {
            return Directory.Exists(folder) && (Prefixes(folder).Count > 0 || RawFolders(folder).Count > 0);
        }
        catch (Exception unreadable) when (DiskFailure.Is(unreadable))
        {
            return true;
        }
    }

    /// <summary>The path of a file (preferred: <c>.gz</c>, which carries a checksum); null when there is none.</summary>
    /// <param name="name">As MNIST has it.</param>
    public string? TryPath(string name) =>
        Variants(name).SelectMany(variant => new[] { $"{Prefix}{variant}.gz", Prefix + variant }).Select(file => Path.Combine(Folder, file))
            .FirstOrDefault(File.Exists);

    /// <exception cref="WeftException"><see cref="ErrorKind.DatasetMissing"/>: it is missing.</exception>
    public string PathOf(string name, NextStep remedy) =>
        TryPath(name) ?? throw new DataFile(Path.Combine(Folder, Prefix + name + ".gz"), remedy).Missing("is missing", "no such file, neither plain nor .gz");

    // As torchvision has it: in "raw" and in "NAME/raw".
    private static List<(string Above, string Raw, List<string> Prefixes)> RawFolders(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Prepend(folder)
            .Select(above => (Above: above, Raw: Path.Combine(above, "raw"))).Where(place => Directory.Exists(place.Raw))
            .Select(place => (place.Above, place.Raw, Prefixes: Prefixes(place.Raw))).Where(place => place.Prefixes.Count > 0),
    ];

    private static IdxLayout Single(string folder, IReadOnlyList<string> prefixes)
    {
        var advice = new Advice("put the four files of one of them into a folder of its own, and name that with --data");
        return prefixes[0].Length == 0 || prefixes.Count == 1
            ? new IdxLayout(folder, prefixes[0])
            : throw Several(folder, prefixes.Select(name => name.TrimEnd('-', '_', '.')), advice);
    }

    /// <summary>What stands before the names of IDX files in a folder, in order; the empty prefix comes first.</summary>
    private static List<string> Prefixes(string folder)
    {
        var variants = IdxFolder.FileNames.SelectMany(Variants).ToList();
        return [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>()
            .Where(file => !file.StartsWith('.')) // ._name is what macOS leaves beside a file
            .Select(file => file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file)
            .Select(file => variants.Find(variant => file.EndsWith(variant, StringComparison.Ordinal)) is { } variant ? file[..^variant.Length] : null)
            .OfType<string>().Distinct().Order(StringComparer.Ordinal)];
    }

    private static string[] Variants(string name)
    {
        string[] names = name.StartsWith("t10k", StringComparison.Ordinal) ? [name, "test" + name["t10k".Length..]] : [name];
        if (name.EndsWith(LabelsEnding, StringComparison.Ordinal))
            names = [.. names, .. names.Select(labels => labels[..^LabelsEnding.Length] + RowsEnding)];
        return [.. names, .. names.Select(dashed => dashed.Replace("-idx", ".idx"))];
    }

    private static WeftException Several(string folder, IEnumerable<string> names, NextStep advice)
    {
        var all = names.ToList();
        return new WeftException(ErrorKind.DatasetMissing, "the folder holds several data sets")
        {
            Where = folder, Expected = "the four IDX files of one",
            Found = string.Join(", ", all.Take(NamesShown)) + (all.Count > NamesShown ? $" and {all.Count - NamesShown} more" : ""),
            Safe = "nothing was changed", Next = advice,
        };
    }
}
