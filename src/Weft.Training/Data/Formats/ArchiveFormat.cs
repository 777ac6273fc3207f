using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Weft.Training;

/// <summary>
/// A tree of folders in one file: zip, tar or tar.gz. It is read where it lies; of a tar.gz, in which no place can be found again, an unpacked tar is kept
/// among the caches. Names that lead elsewhere, links and devices are refused.
/// </summary>
internal sealed class ArchiveFormat : IPictureFormat
{
    private const int MaximumEntries = 1_000_000;
    private const long UnpackedBytes = 1L << 30;
    private const int PackedShare = 200;
    private const int UnixType = 0xF000;
    private const int UnixFile = 0x8000;

    private static readonly string[] Endings = [".zip", ".tar", ".tar.gz", ".tgz"];

    public bool Recognizes(string path) => File.Exists(path) && Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    public DatasetIndex Index(string path, DataOptions options)
    {
        path = Path.GetFullPath(path);
        var remedy = new Advice("make the archive anew, or unpack it and name the folder");
        var file = new DataFile(path, remedy) { Expected = "a readable zip, tar or tar.gz file" };
        var isZip = path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
        var isTar = path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);
        List<TreeFile> files = isZip ? Zip(file) : Tar(file, isTar ? path : Unpacked(file, options.CacheFolder));
        var (ending, skipped) = (Endings.First(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase)), new List<SkippedPath>());
        var index = PictureTree.Index(Path.GetFileName(path)[..^ending.Length], path, WithoutOuter(files), [], skipped);
        return index.Pictures.Count > 0 ? index : throw new WeftException(ErrorKind.InvalidInput, $"{file.Name} holds no folders of pictures")
        {
            Where = path, Expected = "a folder of pictures for each class", Safe = "nothing was changed",
            Found = files.Count == 0 ? "no file" : string.Join(", ", files.Take(3).Select(entry => entry.Path)) + (files.Count > 3 ? ", …" : ""),
            Next = new Advice("unpack it, and name the folder with --data"),
        };
    }

    /// <summary>The files of a zip file.</summary>
    internal static List<TreeFile> Zip(DataFile file) => file.Open(stream =>
    {
        var files = new List<TreeFile>();
        var entries = ZipContent.Entries(stream, file, out var archive);
        using (archive)
        {
            var shared = new SharedZip(file.Path);
            for (var i = 0; i < entries.Count; i++)
            {
                var name = Name(entries[i].FullName, file);
                if ((entries[i].ExternalAttributes >> 16 & UnixType) is not (0 or UnixFile or 0x4000))
                    throw Refused(file, entries[i].FullName, "a link or a device");
                if (name is not null && !entries[i].FullName.EndsWith('/') && !entries[i].FullName.EndsWith('\\'))
                    files.Add(new TreeFile(name, new ZipEntryContent(shared, i, Stamp(file.Path, name))));
            }
        }

        return files;
    });

    /// <summary>The files of a tar file.</summary>
    /// <param name="tar">Where it lies unpacked.</param>
    internal static List<TreeFile> Tar(DataFile file, string tar) => new DataFile(tar, file.Remedy) { Expected = file.Expected }.Open(stream =>
    {
        var files = new List<TreeFile>();
        var count = 0;
        try
        {
            using var reader = new TarReader(stream, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                if (++count > MaximumEntries)
                    throw file.Damaged("holds too many files", $"entry {count:N0}", $"at most {MaximumEntries:N0}", "more");
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                    continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
                    throw Refused(file, entry.Name, $"a link or a device ({entry.EntryType})");
                if (Name(entry.Name, file) is { } name)
                {
                    var left = Math.Max(0, stream.Length - entry.DataOffset);
                    if (entry.Length > left)
                        throw file.Damaged("is incomplete", entry.Name, $"{entry.Length:N0} bytes", $"{left:N0} bytes");
                    files.Add(new TreeFile(name, new TarEntryContent(tar, entry.DataOffset, entry.Length, Stamp(file.Path, name))));
                }
            }
        }
        catch (Exception bad) when (bad is InvalidDataException or FormatException or EndOfStreamException or ArgumentException or OverflowException)
        {
            throw file.Damaged("is not a tar file", $"entry {count + 1:N0}", "the headers of a tar file", bad.Message);
        }

        return files.Count > 0 ? files : throw file.Damaged("is not a tar file", "its start", "the headers of a tar file", "none");
    });

    // The name with '/' between folders; null for the root itself.
    private static string? Name(string full, DataFile file)
    {
        var name = full.Replace('\\', '/');
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (name.StartsWith('/') || name.Contains('\0', StringComparison.Ordinal) || parts.Contains("..") || (parts is [[_, ':', ..], ..]))
            throw Refused(file, full, "a name that leads out of it");
        return parts.Length == 0 ? null : string.Join('/', parts);
    }

    private static WeftException Refused(DataFile file, string name, string found) => file.Damaged(
        "has an entry that is never read", name.Replace('\0', ' '), "files and folders within the archive", found);

    private static string? Stamp(string archive, string name) => new FileContent(archive).Stamp is { } stamp ? $"{stamp}\n{name}" : null;

    // Most archives hold one folder that holds everything.
    private static IEnumerable<TreeFile> WithoutOuter(List<TreeFile> files)
    {
        var wanted = files.Where(file => PictureTree.IsWantedFile(file.Path)).ToList();
        string[] tops = [.. wanted.Select(file => file.Path.Split('/', 2)[0]).Distinct().Take(2)];
        return tops is [var outer] && wanted.Exists(file => file.Path.Split('/').Length > 2)
            ? files.Where(file => file.Path.StartsWith(outer + "/", StringComparison.Ordinal))
                .Select(file => file with { Path = file.Path[(outer.Length + 1)..] })
            : files;
    }

    private static string Unpacked(DataFile file, string cache)
    {
        var stamp = new FileContent(file.Path).Stamp ?? file.Path;
        var path = Path.Combine(cache, "archives", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stamp)))[..32] + ".tar");
        if (File.Exists(path))
            return path;
        var part = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.part";
        try
        {
            var target = Kept(path, () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return RegularFile.Open(part, FileMode.Create, FileAccess.Write, FileShare.None);
            });
            using var closed = target;
            file.Open(stream =>
            {
                using var member = new GzipMember(stream, file);
                var block = new byte[1 << 18];
                while (member.Read(block) is var read and > 0)
                {
                    if (member.Produced > UnpackedBytes && member.Produced / PackedShare > stream.Length)
                    {
                        throw file.Damaged("would unpack to far more than it is", $"unpacked byte {member.Produced:N0}",
                            $"at most {PackedShare} bytes for each of its own", "more");
                    }

                    Kept(path, () =>
                    {
                        target.Write(block, 0, read);
                        return true;
                    });
                }

                member.Finish("a tar file");
                return true;
            });
            return Kept(path, () =>
            {
                target.Flush(flushToDisk: true);
                target.Dispose();
                DiskFiles.Instance.Replace(part, path);
                return path;
            });
        }
        catch
        {
            if (File.Exists(part))
                DiskFiles.Instance.Delete(part);
            throw;
        }
    }

    private static T Kept<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "an unpacked archive cannot be kept", path, safe: "nothing was changed",
                advice: new Advice("make room there, or unpack the archive elsewhere and name the folder"));
        }
    }

    // Opened when the first picture is read; several threads take turns.
    private sealed class SharedZip(string path)
    {
        private readonly Lock _lock = new();
        private IReadOnlyList<ZipArchiveEntry>? _entries;

        public byte[] Read(int index)
        {
            lock (_lock)
            {
                _entries ??= new ZipArchive(RegularFile.OpenRead(path), ZipArchiveMode.Read).Entries;
                return index < _entries.Count ? ZipContent.Read(_entries[index], PictureLimits.FileBytes)
                    : throw new InvalidDataException("the archive changed while it was read");
            }
        }
    }

    private sealed class ZipEntryContent(SharedZip zip, int index, string? stamp) : IPictureContent
    {
        public string? Stamp => stamp;

        public byte[] Read()
        {
            try
            {
                return zip.Read(index);
            }
            catch (InvalidDataException bad)
            {
                throw new IOException(bad.Message, bad);
            }
        }
    }

    private sealed class TarEntryContent(string path, long offset, long length, string? stamp) : IPictureContent
    {
        public string? Stamp => stamp;

        public byte[] Read()
        {
            if (length > PictureLimits.FileBytes)
                throw new IOException($"it has {length} bytes; at most {PictureLimits.FileBytes} are read");
            using var file = RegularFile.OpenRead(path, bufferSize: 0);
            var bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            return bytes;
        }
    }
}
