using Weft.Training;

namespace Weft.Interchange;

/// <summary>A folder that an export writes whole or not at all: it is made next to its place and takes it when it is done.</summary>
internal static class WholeFolder
{
    /// <remarks>A folder that an earlier export left is replaced whole; any other one that is not empty is refused.</remarks>
    /// <param name="known">What may lie in the folder that is replaced.</param>
    /// <param name="fill">Writes the files into the folder whose path it gets.</param>
    /// <returns>What <paramref name="fill"/> gives.</returns>
    /// <exception cref="WeftException">There are other files at its place, or it cannot be written; what was there is untouched.</exception>
    public static T Write<T>(string path, IReadOnlyList<string> known, Func<string, T> fill)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        var (made, old) = (path + ".new", path + ".old");
        try
        {
            RequireOwn(path, known);
            Remove(made, old); // what a process left that was killed
            var result = fill(made);
            if (Directory.Exists(path))
                Directory.Move(path, old);
            Directory.Move(made, path);
            return result;
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(
                failure, "the folder cannot be written", path, "what was there is untouched", new Advice("export it elsewhere with --out"));
        }
        finally
        {
            Remove(made, old);
        }
    }

    /// <summary>Refuses a place where other files are, before work is done for it.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>.</exception>
    public static void RequireOwn(string path, IReadOnlyList<string> known)
    {
        var other = File.Exists(path) ? "a file" : !Directory.Exists(path) ? null : Directory.EnumerateFileSystemEntries(path)
            .Select(Path.GetFileName).Where(name => !known.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (other is not null)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this is something else than a folder that an export left")
            {
                Where = path, Expected = "nothing, or a folder with nothing but " + string.Join(", ", known), Found = other, Safe = "it is untouched",
                Next = new Advice("export it elsewhere with --out"),
            };
        }
    }

    private static void Remove(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
