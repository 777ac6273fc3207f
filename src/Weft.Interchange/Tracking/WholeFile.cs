using Weft.Training;

namespace Weft.Interchange;

/// <summary>Small files that are there whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Replaces the file unless it says just this already.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the disk refuses.</exception>
    public static void Write(string path, byte[] content)
    {
        try
        {
            if (RegularFile.TryReadAllBytes(path, content.Length) is { } there && there.AsSpan().SequenceEqual(content))
                return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            DurableFile.Write(DiskFiles.Instance, path, content);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the tracking file cannot be written", path, "the run itself is not touched by this",
                new Advice("make room, then the same hand-over with --continue"));
        }
    }

    /// <summary>Null where there is no file.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: it cannot be read.</exception>
    public static byte[]? Read(string path)
    {
        try
        {
            return RegularFile.ReadAllBytes(path, Array.MaxLength);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the tracking file cannot be read", path, "nothing was changed");
        }
    }
}
