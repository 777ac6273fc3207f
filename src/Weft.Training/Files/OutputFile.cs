namespace Weft.Training;

/// <summary>Writes a whole file where a person pointed: <c>--out</c>, <c>--svg</c>, <c>--png</c>, a model that is saved.</summary>
internal static class OutputFile
{
    /// <summary>
    /// A regular file, or one a link leads to, is replaced at once and whole; into a pipe or a device (<c>/dev/stdout</c>, <c>/dev/null</c>) the bytes are
    /// written, and it stays what it is.
    /// </summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written; what was there is untouched.
    /// </exception>
    public static void Write(string path, ReadOnlyMemory<byte> content, string what, NextStep advice)
    {
        try
        {
            var target = Path.GetFullPath(path);
            var kind = PathKinds.Of(target);
            if (kind == PathKind.Link)
            {
                kind = PathKinds.Of(target, followLinks: true);
                if (kind is PathKind.Regular or PathKind.Absent && new FileInfo(target).ResolveLinkTarget(returnFinalTarget: true) is { } real)
                    target = real.FullName;
            }

            if (kind == PathKind.Special)
            {
                using var device = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                device.Write(content.Span);
                return;
            }

            if (kind == PathKind.Folder)
                throw new NotRegularFileException(target, "a folder");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFile.Write(DiskFiles.Instance, target, content);
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is ArgumentException)
        {
            throw DiskFailure.ToError(failure, what, path, "what was there is untouched", advice);
        }
    }
}
