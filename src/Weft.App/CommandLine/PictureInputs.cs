using Weft.Training;

namespace Weft.App;

/// <summary>The picture files that arguments name, one by one; what is passed over in folders is counted.</summary>
internal sealed class PictureInputs(IReadOnlyList<string> arguments)
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    private static readonly string[] Read = [".png", ".pgm", ".ppm", ".pnm", "idx3-ubyte", "idx3-ubyte.gz"];

    // Looked at too, so that each is named as what it is: a folder of JPEG pictures is not an empty folder.
    private static readonly string[] Recognized = [".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".avif", ".heic", ".heif", ".pbm", ".pam"];

    /// <summary>Files whose names begin with a dot, such as macOS's companions.</summary>
    public int HiddenFiles { get; private set; }

    /// <summary>Files that do not end like pictures.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>Folders in folders; they are not entered.</summary>
    public int Subfolders { get; private set; }

    /// <summary>In the order of the arguments, folders sorted by name.</summary>
    /// <param name="failed">Told of each argument that gives nothing.</param>
    public IEnumerable<string> Files(Action<string, WeftException> failed)
    {
        foreach (var argument in arguments)
        {
            if (argument == StandardInput || !Directory.Exists(argument))
            {
                yield return argument;
                continue;
            }

            foreach (var name in InFolder(argument, failed))
                yield return Path.Combine(argument, name);
        }
    }

    private List<string> InFolder(string folder, Action<string, WeftException> failed)
    {
        var names = new List<string>();
        var (hidden, others) = (0, 0);
        try
        {
            Subfolders += Directory.EnumerateDirectories(folder).Count();
            foreach (var path in Directory.EnumerateFiles(folder))
            {
                var name = Path.GetFileName(path);
                if (name.StartsWith('.'))
                    hidden++;
                else if (Read.Concat(Recognized).Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                    names.Add(name);
                else
                    others++;
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            failed(folder, DiskFailure.ToError(failure, "this folder cannot be read", folder, "nothing was touched"));
            return [];
        }

        (HiddenFiles, OtherFiles) = (HiddenFiles + hidden, OtherFiles + others);
        if (names.Count == 0)
        {
            failed(folder, new WeftException(ErrorKind.InvalidInput, "there are no pictures in this folder")
            {
                Where = folder, Expected = "files that end in " + string.Join(", ", Read), Found = $"{hidden} hidden files and {others} others",
                Safe = "nothing was touched",
            });
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
