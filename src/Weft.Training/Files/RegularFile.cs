using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>At the path stands something that is not to be opened.</summary>
internal sealed class NotRegularFileException(string path, string found) : IOException($"{path} is {found}, not a regular file")
{
    /// <summary>"a pipe or a device", "a link", "a folder".</summary>
    public string Found { get; } = found;
}

/// <summary>
/// The one way to read a file. Only regular files are opened: a pipe or a device could block for ever or never end. Within a run's folder links are not
/// followed either, for what stands after them belongs to somebody else.
/// </summary>
internal static class RegularFile
{
    /// <summary>Opens a file that a person named, or a data file: a link to a regular file is followed.</summary>
    /// <exception cref="NotRegularFileException">It is something else.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static FileStream OpenRead(string path, int bufferSize = 1 << 16) =>
        Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize, followLinks: true);

    /// <summary>Opens a file of this program's own for writing, which may not be there yet; a link to a regular file is followed.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options = FileOptions.None) =>
        Open(path, mode, access, share, bufferSize: 4096, followLinks: true, options);

    /// <summary>Opens a file of a run's folder, which another process may be writing.</summary>
    /// <inheritdoc cref="OpenRead"/>
    internal static FileStream OpenOwn(
        string path, FileMode mode = FileMode.Open, FileAccess access = FileAccess.Read, FileShare share = FileShare.ReadWrite | FileShare.Delete,
        int bufferSize = 4096) =>
        Open(path, mode, access, share, bufferSize, followLinks: false);

    /// <summary>The bytes of a file of a run's folder.</summary>
    /// <param name="limit">A longer file is refused before memory is taken for it.</param>
    /// <inheritdoc cref="OpenRead"/>
    public static byte[] ReadOwn(string path, long limit)
    {
        using var file = OpenOwn(path, bufferSize: 0);
        return ReadAll(file, limit);
    }

    /// <summary>The bytes of a file that a person named.</summary>
    /// <inheritdoc cref="ReadOwn"/>
    public static byte[] ReadAllBytes(string path, long limit)
    {
        using var file = OpenRead(path, bufferSize: 0);
        return ReadAll(file, limit);
    }

    /// <summary>SHA-256 of a file that a person named, or of a run's; lower-case hexadecimal.</summary>
    /// <inheritdoc cref="OpenRead"/>
    internal static string Sha256(string path)
    {
        using var file = OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Copies a file that a person named; what is at <paramref name="target"/> is replaced.</summary>
    /// <inheritdoc cref="OpenRead"/>
    internal static void Copy(string source, string target)
    {
        using var from = OpenRead(source);
        using var to = Open(target, FileMode.Create, FileAccess.Write, FileShare.None);
        from.CopyTo(to);
    }

    /// <summary>As <see cref="ReadAllBytes"/>; null where there is no such file, or a longer one.</summary>
    public static byte[]? TryReadAllBytes(string path, long limit)
    {
        try
        {
            return ReadAllBytes(path, limit);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether a regular file is there, in a run's folder: a link is none.</summary>
    public static bool Exists(string path) => PathKinds.Of(path) == PathKind.Regular;

    private static FileStream Open(
        string path, FileMode mode, FileAccess access, FileShare share, int bufferSize, bool followLinks, FileOptions options = FileOptions.None)
    {
        RequireRegular(path, followLinks);
        var file = new FileStream(path, mode, access, share, bufferSize, options);
        try
        {
            RequireRegular(path, followLinks); // what took its place in between
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void RequireRegular(string path, bool followLinks)
    {
        switch (PathKinds.Of(path, followLinks))
        {
            case PathKind.Link:
                throw new NotRegularFileException(path, "a link");
            case PathKind.Folder:
                throw new NotRegularFileException(path, "a folder");
            case PathKind.Special:
                throw new NotRegularFileException(path, "a pipe or a device");
        }
    }

    private static byte[] ReadAll(FileStream file, long limit)
    {
        var length = file.Length;
        if (length > limit)
            throw new IOException($"{file.Name} has {length} bytes; at most {limit} are read");
        var bytes = new byte[length];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
