namespace Weft.Training;

/// <summary>Fetches the files of a known data set into the cache from the first mirror that gives each one whole.</summary>
internal sealed class MirrorSource(KnownDataset known, DataOptions options)
{
    // A mirror may have packed the same content a little worse.
    private const double Headroom = 1.25;

    /// <returns>Whether the cache is now complete; if not, <paramref name="attempts"/> tells why.</returns>
    public bool Fetch(string folder, bool replace, List<string> attempts, CancellationToken cancellationToken)
    {
        if (options.Mirrors.Count == 0)
            return false;
        using var cache = new CacheFolder(folder, cancellationToken);
        using var handler = options.Handler is null
            ? new SocketsHttpHandler
            {
                AllowAutoRedirect = false, ConnectTimeout = options.Limits.Silence,
                AutomaticDecompression = System.Net.DecompressionMethods.None
            }
            : null;
        using var client = new HttpClient((HttpMessageHandler?)handler ?? options.Handler!, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("weft");

        var mirrors = options.Mirrors.ToList();
        foreach (var file in known.Files)
        {
            if (!replace && cache.Has(known, file))
                continue;
            if (!FetchFile(client, cache, file, mirrors, attempts, cancellationToken))
                return false;
        }

        return true;
    }

    private bool FetchFile(HttpClient client, CacheFolder cache, KnownFile file, List<Uri> mirrors, List<string> attempts, CancellationToken cancellationToken)
    {
        foreach (var mirror in mirrors.ToArray())
        {
            var address = new Uri(mirror, file.Name + ".gz");
            var download = new FileDownload(client, options.Limits)
            {
                MaximumBytes = (long)(file.PackedLength * Headroom) + 4096,
                Progress = (read, total) => options.Progress?.Invoke(new DownloadProgress(file.Name, mirror.Host, read, total)),
            };
            try
            {
                FetchOnce(download, address, cache, file, cancellationToken);
                return true;
            }
            catch (WeftException failure) when (failure.Kind is ErrorKind.DownloadFailed or ErrorKind.DatasetDamaged)
            {
                attempts.Add($"{mirror.Host}, {file.Name}.gz: {failure.What}{(failure.Found is null ? "" : $" ({failure.Found})")}");
                File.Delete(cache.Part(file));
                mirrors.Remove(mirror); // one bad file is reason enough to ask the next one for the rest
            }
            catch (WeftException failure) when (failure.Kind == ErrorKind.DiskFull)
            {
                File.Delete(cache.Part(file));
                throw;
            }
        }

        return false;
    }

    private void FetchOnce(FileDownload download, Uri address, CacheFolder cache, KnownFile file, CancellationToken cancellationToken)
    {
        var part = cache.Part(file);
        var isContinued = File.Exists(part) && new FileInfo(part).Length > 0;
        try
        {
            download.Run(address, part, cancellationToken).GetAwaiter().GetResult();
            cache.Install(known, file);
        }
        catch (WeftException bad) when (isContinued && bad.Kind == ErrorKind.DatasetDamaged)
        {
            // What an earlier process left may be the beginning of another file.
            File.Delete(part);
            download.Run(address, part, cancellationToken).GetAwaiter().GetResult();
            cache.Install(known, file);
        }
    }
}
