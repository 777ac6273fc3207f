namespace Weft.Training;

/// <summary>A file of a data set as messages name it: where it lies, and what a person can do when it is bad.</summary>
internal sealed record DataFile(string Path, NextStep Remedy)
{
    /// <value>What was to be read. Default: an IDX file.</value>
    public string Expected { get; init; } = "a readable IDX file, plain or gzip";

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>An error of <see cref="ErrorKind.DatasetDamaged"/>; <paramref name="at"/> is the place within the file.</summary>
    public WeftException Damaged(string what, string at, string expected, string found) => new(ErrorKind.DatasetDamaged, $"{Name} {what}")
    {
        Where = $"{Path}, {at}",
        Expected = expected,
        Found = found,
        Safe = "nothing was cached or changed; your runs are untouched",
        Next = Remedy,
    };

    public WeftException Missing(string what, string found, Exception? cause = null) => new(ErrorKind.DatasetMissing, $"{Name} {what}", cause)
    {
        Where = Path,
        Expected = Expected,
        Found = found,
        Safe = "nothing was changed",
        Next = Remedy,
    };

    /// <summary>Opens the file and hands it over; what the operating system says about it is one of our errors.</summary>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetMissing"/>: not there or not readable; <see cref="ErrorKind.IoError"/>: the device failed.
    /// </exception>
    public T Open<T>(Func<FileStream, T> read)
    {
        try
        {
            using var stream = RegularFile.OpenRead(Path);
            return read(stream);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing("is missing", "no such file", absent);
        }
        catch (NotRegularFileException other)
        {
            throw Missing($"is {other.Found}", $"{other.Found}, which is not opened", other);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw Missing("cannot be read", refused.Message, refused);
        }
        catch (IOException failure)
        {
            throw new WeftException(ErrorKind.IoError, $"{Name} cannot be read", failure) { Where = Path, Found = failure.Message, Next = Remedy };
        }
    }

    /// <summary>All bytes of the file.</summary>
    /// <param name="limit">A longer file is refused before memory is taken for it.</param>
    /// <inheritdoc cref="Open"/>
    public byte[] ReadAll(long limit) => Open(stream =>
    {
        if (stream.Length > Math.Min(limit, Array.MaxLength))
            throw Damaged("is larger than can be loaded", "its length", $"at most {limit:N0} bytes", $"{stream.Length:N0} bytes");
        RequireMemory(stream.Length);
        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(bytes);
        return bytes;
    });

    /// <exception cref="WeftException">So many bytes do not fit into memory.</exception>
    public static void RequireMemory(long bytes) => MemoryNeed.OfProgram.With("the data set", bytes).RequireWithin(MemoryLimit.Current());
}
