namespace Weft.Training;

/// <summary>
/// Takes a data set out of the Debian package <c>dataset-NAME</c> without being root: the package is fetched into a temporary folder and unpacked there.
/// </summary>
internal sealed class DebianSource(KnownDataset known, DataOptions options)
{
    /// <returns>Whether the cache is now complete; if not, <paramref name="attempts"/> tells why.</returns>
    public bool Fetch(string folder, List<string> attempts, CancellationToken cancellationToken)
    {
        var package = $"dataset-{known.Name}";
        var work = Directory.CreateTempSubdirectory("weft-").FullName;
        try
        {
            if (options.Run("dpkg-deb", ["--version"], work, cancellationToken) is null)
            {
                attempts.Add("Debian package: not a Debian-like system (no dpkg-deb)");
                return false;
            }

            if (FetchPackage(package, work, cancellationToken) is { } failure)
            {
                attempts.Add($"Debian package {package}: {failure}");
                return false;
            }

            var archive = Directory.GetFiles(work, "*.deb").Single();
            var unpacked = Path.Combine(work, "unpacked");
            if (options.Run("dpkg-deb", ["-x", archive, unpacked], work, cancellationToken) is not { ExitCode: 0 })
            {
                attempts.Add($"Debian package {package}: dpkg-deb could not unpack it");
                return false;
            }

            using var cache = new CacheFolder(folder, cancellationToken);
            foreach (var file in known.Files)
            {
                if (IdxFolder.TryFind(Path.Combine(unpacked, "usr", "share", "datasets", known.Name), file.Name) is not { } source)
                {
                    attempts.Add($"Debian package {package}: it does not hold {file.Name}");
                    return false;
                }

                cache.CopyIn(known, file, source);
            }

            return true;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Null when the folder now holds the package, else why not.</summary>
    private string? FetchPackage(string package, string work, CancellationToken cancellationToken)
    {
        var first = options.Run("apt-get", ["download", package], work, cancellationToken);
        if (first is null)
            return "no apt-get";
        if (first.ExitCode == 0 && Directory.GetFiles(work, "*.deb").Length == 1)
            return null;

        // On a fresh machine nobody has fetched the package lists yet, and ours to write are only those in our own folder.
        var state = Path.Combine(work, "state");
        Directory.CreateDirectory(Path.Combine(state, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(state, "archives", "partial"));
        string[] own = ["-o", $"Dir::State::Lists={state}/lists", "-o", $"Dir::Cache={state}", "-o",
            $"Dir::Cache::archives={state}/archives", "-o", "Debug::NoLocking=1"];
        var lists = options.Run("apt-get", [.. own, "update"], work, cancellationToken);
        var second = lists is { ExitCode: 0 } ? options.Run("apt-get", [.. own, "download", package], work, cancellationToken) : null;
        return second is { ExitCode: 0 } && Directory.GetFiles(work, "*.deb").Length == 1 ? null : LastLine((second ?? lists ?? first).Output);
    }

    private static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "apt-get failed without a word";
}
