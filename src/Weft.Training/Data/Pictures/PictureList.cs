using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>A picture file of a list, or some of the images of an IDX file.</summary>
/// <param name="First">The image to begin with.</param>
/// <param name="Most">So many images at most.</param>
internal readonly record struct PictureEntry(string Name, int First = 0, int Most = int.MaxValue)
{
    /// <summary>Why it gives nothing; null where it is to be read.</summary>
    public WeftException? Problem { get; init; }

    public bool IsStandardInput => Name == PictureList.StandardInput;
}

/// <summary>
/// The picture files that a person named, in a stable order: files, folders, lists of files and standard input. Nothing is opened but lists and the headers of
/// IDX files; what is passed over in folders is counted.
/// </summary>
internal sealed class PictureList
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Before the name of a text file that names a picture file a line.</summary>
    public const char ListMark = '@';

    private const long MostListBytes = 4L << 30;

    private static readonly string[] Idx = ["idx3-ubyte", "idx3-ubyte.gz"];

    private static readonly string[] Read = [".png", ".pgm", ".ppm", ".pnm", .. Idx];

    // Looked at too, so that each is named as what it is: a folder of JPEG pictures is not an empty folder.
    private static readonly string[] Recognized = [".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".avif", ".heic", ".heif", ".pbm", ".pam"];

    private readonly List<Source> _sources = [];
    private readonly Dictionary<string, int> _images = []; // of IDX files with more than one image

    /// <param name="arguments">In this order; folders are sorted by name, and lists of files stay as they are written.</param>
    /// <exception cref="WeftException">A list of files cannot be read.</exception>
    public PictureList(IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument is [ListMark, .. var list] && list.Length > 0)
                _sources.Add(OfList(list));
            else if (argument != StandardInput && Directory.Exists(argument))
                _sources.Add(OfFolder(argument));
            else
                _sources.Add(new Source("", [argument]));
        }

        foreach (var path in Paths().Where(IsIdx))
        {
            if (IdxPictures.CountOf(path) is > 1 and var count)
                _images[path] = count;
        }
    }

    /// <summary>Files whose names begin with a dot, such as macOS's companions.</summary>
    public int HiddenFiles { get; private set; }

    /// <summary>Files that do not end like pictures.</summary>
    public int OtherFiles { get; private set; }

    /// <summary>Folders in folders; they are not entered.</summary>
    public int Subfolders { get; private set; }

    /// <summary>The pictures, as far as names and IDX headers say: standard input and a file of several Netpbm pictures count as one.</summary>
    public long Count => _sources.Sum(source => source.Problem is null ? (long)source.Names.Count : 1) + _images.Values.Sum(count => count - 1L);

    public bool HasStandardInput => Paths().Contains(StandardInput);

    /// <summary>SHA-256 over the names and the numbers of images, in order: two machines with one list have the same.</summary>
    public string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Paths())
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{ImagesOf(path)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The files of some of the pictures.</summary>
    public IEnumerable<PictureEntry> Entries(long first = 0, long count = long.MaxValue)
    {
        var at = 0L;
        foreach (var source in _sources)
        {
            foreach (var name in source.Problem is null ? source.Names : [source.Folder])
            {
                var path = source.Problem is null ? Path.Combine(source.Folder, name) : name;
                var images = source.Problem is null ? ImagesOf(path) : 1;
                var (from, to) = (Math.Max(first, at), first + Math.Min(count, at + images - first));
                if (from < to)
                {
                    yield return images == 1 ? new PictureEntry(path) { Problem = source.Problem }
                        : new PictureEntry(path, (int)(from - at), (int)(to - from));
                }

                at += images;
                if (at - first >= count)
                    yield break;
            }
        }
    }

    private IEnumerable<string> Paths() => _sources.SelectMany(source => source.Names.Select(name => Path.Combine(source.Folder, name)));

    private int ImagesOf(string path) => IsIdx(path) ? _images.GetValueOrDefault(path, 1) : 1;

    private static bool IsIdx(string path) => Idx.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static Source OfList(string list)
    {
        try
        {
            using var reader = new StreamReader(RegularFile.OpenRead(list));
            if (reader.BaseStream.Length > MostListBytes)
                throw new IOException($"it has {reader.BaseStream.Length} bytes; at most {MostListBytes} are read");
            var names = new List<string>();
            while (reader.ReadLine() is { } line)
            {
                if (line.Length > 0)
                    names.Add(line == StandardInput ? "./-" : line);
            }

            return names.Count > 0 ? new Source("", names) : new Source(list, [])
            {
                Problem = new WeftException(ErrorKind.InvalidInput, "this list names no picture")
                {
                    Where = $"{ListMark}{list}", Expected = "a picture file a line", Found = "an empty list", Safe = "nothing was touched",
                },
            };
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw new WeftException(ErrorKind.InvalidInput, "this list of pictures cannot be read", failure)
            {
                Where = $"{ListMark}{list}", Expected = "a text file that names a picture file a line", Found = failure.Message, Safe = "nothing was touched",
                Next = new Advice($"name the list after {ListMark}; a picture whose own name begins so is ./{ListMark}…"),
            };
        }
    }

    private Source OfFolder(string folder)
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
            return new Source(folder, []) { Problem = DiskFailure.ToError(failure, "this folder cannot be read", folder, "nothing was touched") };
        }

        (HiddenFiles, OtherFiles) = (HiddenFiles + hidden, OtherFiles + others);
        if (names.Count == 0)
        {
            return new Source(folder, [])
            {
                Problem = new WeftException(ErrorKind.InvalidInput, "there are no pictures in this folder")
                {
                    Where = folder, Expected = "files that end in " + string.Join(", ", Read), Found = $"{hidden} hidden files and {others} others",
                    Safe = "nothing was touched",
                },
            };
        }

        names.Sort(StringComparer.Ordinal);
        names.TrimExcess();
        return new Source(folder, names);
    }

    // The folder once and the names in it: half of what whole paths take.
    private sealed record Source(string Folder, IReadOnlyList<string> Names)
    {
        public WeftException? Problem { get; init; }
    }
}
