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
        Told(path, what, advice, () =>
        {
            if (TargetOf(path, out var target) == PathKind.Special)
            {
                using var device = OpenDevice(target);
                device.Write(content.Span);
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            DurableFile.Write(DiskFiles.Instance, target, content);
        });
    }

    /// <summary>As <see cref="Write"/>, for a file that is too long to be kept: it takes its place when it is kept, and not before.</summary>
    /// <inheritdoc cref="Write"/>
    public static PendingFile Create(string path, string what, NextStep advice)
    {
        PendingFile? file = null;
        Told(path, what, advice, () =>
        {
            var isDevice = TargetOf(path, out var target) == PathKind.Special;
            if (!isDevice)
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file = isDevice ? new PendingFile(OpenDevice(target), null, target) : PendingFile.Create(target);
        });
        return file!;
    }

    /// <summary>Tells what the disk said while a file is written.</summary>
    public static void Told(string path, string what, NextStep advice, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is ArgumentException)
        {
            throw DiskFailure.ToError(failure, what, path, "what was there is untouched", advice);
        }
    }

    private static PathKind TargetOf(string path, out string target)
    {
        target = Path.GetFullPath(path);
        var kind = PathKinds.Of(target);
        if (kind == PathKind.Link)
        {
            kind = PathKinds.Of(target, followLinks: true);
            if (kind is PathKind.Regular or PathKind.Absent && new FileInfo(target).ResolveLinkTarget(returnFinalTarget: true) is { } real)
                target = real.FullName;
        }

        return kind == PathKind.Folder ? throw new NotRegularFileException(target, "a folder") : kind;
    }

    private static FileStream OpenDevice(string target) => new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
}
