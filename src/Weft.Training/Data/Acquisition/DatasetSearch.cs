namespace Weft.Training;

/// <summary>Looks for a known data set source by source and remembers why each one failed.</summary>
internal sealed class DatasetSearch(KnownDataset known, DataOptions options)
{
    private readonly List<string> _attempts = [];
    private readonly string _cache = Path.Combine(options.CacheFolder, known.Name);
    private WeftException? _damage;
    private bool _downloadFailed;

    /// <summary>Whether a source must also have sound test files. They are opened only then.</summary>
    public bool VerifyTest { get; init; }

    /// <summary>Whether to fetch anew and pass over what is there.</summary>
    public bool Replace { get; init; }

    public ImageDataset Open(CancellationToken cancellationToken) =>
        (Replace ? null : Look("cache", _cache) ?? Look("system", Path.Combine(options.SystemFolder, known.Name)))
        ?? Fetch("mirrors", () => new MirrorSource(known, options).Fetch(_cache, Replace, _attempts, cancellationToken))
        ?? Fetch("Debian package", () => new DebianSource(known, options).Fetch(_cache, _attempts, cancellationToken))
        ?? throw NotFound();

    private ImageDataset? Look(string source, string folder)
    {
        var present = known.Files.Count(file => IdxFolder.TryFind(folder, file.Name) is not null);
        if (present < known.Files.Count)
        {
            _attempts.Add($"{source} {folder}: {(present == 0 ? "not there" : $"only {present} of {known.Files.Count} files")}");
            return null;
        }

        try
        {
            return OpenFolder(folder);
        }
        catch (WeftException bad) when (bad.Kind is ErrorKind.DatasetDamaged or ErrorKind.DatasetMissing or ErrorKind.IoError)
        {
            _attempts.Add($"{source} {folder}: {bad.What} (expected {bad.Expected}, found {bad.Found})");
            _damage ??= bad.Kind == ErrorKind.DatasetDamaged ? bad : null;
            return null;
        }
    }

    private ImageDataset? Fetch(string source, Func<bool> fetch)
    {
        if (!options.MayDownload)
        {
            _attempts.Add($"{source}: not asked, downloads are off");
            return null;
        }

        try
        {
            if (fetch())
                return OpenFolder(_cache);
        }
        catch (WeftException failure) when (failure.Kind is ErrorKind.DownloadFailed or ErrorKind.DatasetDamaged or ErrorKind.IoError)
        {
            _attempts.Add($"{source}: {failure.What}{(failure.Found is null ? "" : $" ({failure.Found})")}");
        }

        _downloadFailed = true;
        return null;
    }

    private ImageDataset OpenFolder(string folder)
    {
        var data = IdxFolder.OpenKnown(known, folder, known.Replacement);
        if (VerifyTest)
            data.LoadTest();
        return _attempts.Count == 0 || _damage is null
            ? data
            : new ImageDataset(data.Name, data.Train, data.LoadTest, data.ClassNames) { Folder = data.Folder, IsPublished = true, Notes = [.. _attempts] };
    }

    private WeftException NotFound()
    {
        var kind = _damage is not null ? ErrorKind.DatasetDamaged : _downloadFailed ? ErrorKind.DownloadFailed : ErrorKind.DatasetMissing;
        var what = kind switch
        {
            ErrorKind.DatasetDamaged => $"{known.Name} is damaged ({_damage!.What}) and no sound copy was found",
            ErrorKind.DownloadFailed => $"{known.Name} is not on this machine and could not be downloaded",
            _ => $"{known.Name} was not found",
        };
        return new WeftException(kind, what)
        {
            Where = _damage?.Where ?? _cache,
            Expected = _damage?.Expected
                ?? $"the four files {string.Join(", ", known.Files.Select(file => file.Name))} (plain or .gz), in {_cache} or in a folder that --data names",
            Found = string.Join("; ", _attempts),
            Safe = "nothing was cached or changed; your runs are untouched",
            Next = new GetDataset(known.Name, Replace: kind == ErrorKind.DatasetDamaged),
        };
    }
}
