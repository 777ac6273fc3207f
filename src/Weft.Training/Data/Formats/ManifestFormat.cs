namespace Weft.Training;

/// <summary>
/// A table that lists pictures, or a folder that holds one next to them (<c>metadata.csv</c>), one for each part (<c>train.csv</c>, <c>test.csv</c>), or one in
/// each part's folder, as <c>imagefolder</c> of Hugging Face has it.
/// </summary>
internal sealed class ManifestFormat : IPictureFormat
{
    private static readonly string[] Names = ["metadata", "labels", "label", "manifest", "annotations", "index"];

    public bool Recognizes(string path) => File.Exists(path) ? Manifest.IsTable(path) : Tables(path) is not null;

    public DatasetIndex Index(string path, DataOptions options) => Manifest.Read(File.Exists(path) ? [(path, GivenPart.None)] : Tables(path)!, path);

    private static List<(string Path, GivenPart Part)>? Tables(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
                return null;
            var here = In(folder, name => Names.Contains(name) || PartNames.Of(name) != GivenPart.None);
            if (here is [var only])
                return [(only, GivenPart.None)];
            string[] parts = [.. here.Select(path => Path.GetFileNameWithoutExtension(path)!)];
            if (PartNames.Divide(parts))
                return [.. here.Zip(parts, (path, part) => (path, PartNames.Of(part)))];
            string[] folders = [.. Directory.EnumerateDirectories(folder).Where(sub => PartNames.Of(Path.GetFileName(sub)) != GivenPart.None)
                .Order(StringComparer.Ordinal)];
            var inside = folders.Select(sub => (Table: In(sub, Names.Contains), Part: PartNames.Of(Path.GetFileName(sub)))).ToList();
            return here.Count == 0 && PartNames.Divide([.. folders.Select(sub => Path.GetFileName(sub)!)]) && inside.TrueForAll(part => part.Table.Count == 1)
                ? [.. inside.Select(part => (part.Table[0], part.Part))] : null;
        }
        catch (Exception unreadable) when (DiskFailure.Is(unreadable))
        {
            return null;
        }
    }

    private static List<string> In(string folder, Func<string, bool> isWanted) =>
    [
        .. Directory.EnumerateFiles(folder).Where(Manifest.IsTable)
            .Where(path => isWanted(Path.GetFileNameWithoutExtension(path).ToLowerInvariant()) && Manifest.Lists(path)).Order(StringComparer.Ordinal),
    ];
}
