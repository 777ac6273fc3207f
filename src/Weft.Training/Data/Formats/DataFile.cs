namespace Weft.Training;

/// <summary>A file of a data set as messages name it: where it lies, and what a person can do when it is bad.</summary>
internal sealed record DataFile(string Path, NextStep Remedy)
{
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
        Expected = "a readable IDX file, plain or gzip",
        Found = found,
        Safe = "nothing was changed",
        Next = Remedy,
    };
}
