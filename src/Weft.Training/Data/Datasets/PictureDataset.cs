using System.Collections.Concurrent;
using System.Globalization;
using Weft.Pictures;

namespace Weft.Training;

/// <summary>Makes a data set of an index: looks at every picture, leaves out what cannot be used and says so, and decodes what can.</summary>
internal sealed class PictureDataset
{
    // Where more cannot be read, something else is wrong than a few pictures.
    private const double MostUnreadable = 0.05;
    private const int NamesShown = 5;

    // Pictures that are longer than this lose much of what they show in a square; and so many of all make it worth to pad instead.
    private const double LongAspect = 1.5;
    private const double ManyLong = 0.2;

    private readonly DatasetIndex _index;
    private readonly DataOptions _options;
    private readonly ScannedPicture[] _scan;
    private readonly List<string> _notes;
    private readonly CancellationToken _stop;

    // Headers can be sound where the pixels are not, which decoding tells.
    private readonly ConcurrentDictionary<int, string> _undecodable = [];

    private PictureDataset(DatasetIndex index, DataOptions options, ScannedPicture[] scan, CancellationToken cancellationToken)
    {
        (_index, _options, _scan, _stop) = (index, options, scan, cancellationToken);
        _notes = [index.Layout, .. index.Notes];
    }

    private string CacheFolder => FolderIn(_options);

    private static string FolderIn(DataOptions options) => Path.Combine(options.CacheFolder, "pictures");

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DatasetDamaged"/>: pictures cannot be read, and nobody asked to go on without them; <see cref="ErrorKind.InvalidInput"/>: there are
    /// no two classes, or a part has a class that training has not.
    /// </exception>
    public static ImageDataset Open(DatasetIndex index, DataOptions options, CancellationToken cancellationToken)
    {
        var scan = PictureScan.Of(index, Memory(index, options), options.Picture.Limits, options.Threads, cancellationToken);
        while (true)
        {
            var reading = new PictureDataset(index, options, scan, cancellationToken);
            if (reading.TryOpen() is { } opened)
                return opened;
            reading.MarkUndecodable();
        }
    }

    // Null where pictures turned out not to be decodable.
    private ImageDataset? TryOpen()
    {
        if (_index.Skipped.Count > 0)
            _notes.Add($"{Count(_index.Skipped.Count, "path was", "paths were")} left out ({Listed(_index.Skipped.Select(path => path.Path))})");
        var readable = Readable();
        var used = WithoutCopies(readable);
        var train = used.Where(i => _index.Pictures[i].Part != GivenPart.Test).ToArray();
        var test = used.Where(i => _index.Pictures[i].Part == GivenPart.Test).ToArray();
        var classes = Classes(train, test);
        var picture = Chosen(train);
        var store = Store(train, picture);
        if (!_options.Picture.Cache)
            DecodeOnce(train, picture.ToPolicy());
        if (!_undecodable.IsEmpty)
            return null;
        var groups = Groups(train, store);
        var trainSamples = Samples(train, store, classes, groups);
        return new ImageDataset(_index.Name, trainSamples, () => ReadTest(test, classes, picture), classes)
        {
            Folder = _index.Folder,
            Notes = _notes,
            Pictures = picture,
            Summarize = () => PictureSummary.Of(_index, _scan),
            HasTest = test.Length > 0,
            Paths = trainSamples.Origins!.Paths,
            Groups = groups,
            GivenValidation = train.Any(i => _index.Pictures[i].Part == GivenPart.Validation)
                ? [.. Enumerable.Range(0, train.Length).Where(row => _index.Pictures[train[row]].Part == GivenPart.Validation)]
                : null,
        };
    }

    private int[] Readable()
    {
        var bad = Enumerable.Range(0, _scan.Length).Where(i => !_scan[i].IsReadable).ToArray();
        if (bad.Length == 0)
            return [.. Enumerable.Range(0, _scan.Length)];
        RefuseUnlessSkipped(bad);
        _notes.Add($"{Count(bad.Length, "picture", "pictures")} cannot be read and were left out ({Listed(bad.Select(i => _index.Pictures[i].Path))})");
        return [.. Enumerable.Range(0, _scan.Length).Where(i => _scan[i].IsReadable)];
    }

    private void RefuseUnlessSkipped(int[] bad)
    {
        if (!_options.Picture.SkipUnreadable || bad.Length > MostUnreadable * _scan.Length)
        {
            throw new WeftException(ErrorKind.DatasetDamaged, $"{bad.Length} of {_scan.Length} pictures cannot be read")
            {
                Problems = [.. bad.Take(Mistakes.Shown).Select(i => new Problem(_index.Pictures[i].Path, "a picture", _scan[i].Fault!))],
                Where = bad.Length == 1 ? _index.Pictures[bad[0]].Path : null,
                Found = bad.Length == 1 ? _scan[bad[0]].Fault : null,
                Safe = "nothing was changed",
                Next = bad.Length > MostUnreadable * _scan.Length
                    ? new Advice("these are too many to leave out: is this the right folder?")
                    : new LeaveOutUnreadable(),
            };
        }
    }

    private void MarkUndecodable()
    {
        // Its copies are as bad.
        var found = _undecodable.DistinctBy(bad => _scan[bad.Key].Sha256).ToDictionary(bad => _scan[bad.Key].Sha256, bad => bad.Value);
        for (var i = 0; i < _scan.Length; i++)
            _scan[i] = found.TryGetValue(_scan[i].Sha256, out var fault) ? _scan[i] with { Fault = fault } : _scan[i];
        _undecodable.Clear();
        PictureScan.Remember(Memory(_index, _options), _index, _scan);
    }

    // The same bytes count once; where two classes claim them, nobody knows which is right. Parts that somebody divided stay as they are.
    private int[] WithoutCopies(int[] readable)
    {
        var (copies, contradictions, leaks) = (0, 0, 0);
        var left = new HashSet<int>(readable);
        foreach (var same in readable.GroupBy(i => _scan[i].Sha256).Where(same => same.Count() > 1))
        {
            if (same.Select(i => _index.Pictures[i].Label).Distinct().Count() > 1)
            {
                contradictions += same.Count();
                left.ExceptWith(same);
                continue;
            }

            var parts = same.GroupBy(i => _index.Pictures[i].Part).ToArray();
            leaks += parts.Length > 1 ? parts.Where(part => part.Key != GivenPart.Train).Sum(part => part.Count()) : 0;
            foreach (var extra in parts.SelectMany(part => part.Skip(1)))
            {
                copies++;
                left.Remove(extra);
            }
        }

        if (copies > 0)
            _notes.Add($"{Count(copies, "copy", "copies")} (the same bytes, the same class): each picture counts once");
        if (contradictions > 0)
            _notes.Add($"{Count(contradictions, "picture lies", "pictures lie")} with the same bytes in two classes or more and were left out");
        if (leaks > 0)
            _notes.Add(
                $"{Count(leaks, "picture of another part is", "pictures of other parts are")} also in training (the same bytes): "
                + "what is measured on them is not to be believed");
        return [.. readable.Where(left.Contains)];
    }

    // In the order of their names, those of the training part.
    private string[] Classes(int[] train, int[] test)
    {
        string[] LabelsOf(IEnumerable<int> pictures) =>
            [.. pictures.Select(i => _index.Pictures[i].Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var classes = LabelsOf(train.Where(i => _index.Pictures[i].Part != GivenPart.Validation));
        if (classes.Length < 2)
        {
            throw new WeftException(ErrorKind.InvalidInput, "there are no two classes to tell apart")
            {
                Where = _index.Folder, Expected = "two folders or more with pictures in them, one for each class",
                Found = classes.Length == 0 ? "no picture" : $"one class: {classes[0]}", Safe = "nothing was changed",
                Next = new ChooseData(_index.Folder),
            };
        }

        foreach (var part in new[] { GivenPart.Validation, GivenPart.Test })
        {
            var own = train.Concat(test).Where(i => _index.Pictures[i].Part == part).ToArray();
            if (LabelsOf(own).Except(classes).FirstOrDefault() is not { } foreign)
                continue;
            var count = own.Count(i => _index.Pictures[i].Label == foreign);
            throw new WeftException(
                ErrorKind.InvalidInput, $"the {part.ToString().ToLowerInvariant()} part has a class that training lacks: \"{foreign}\"")
            {
                Where = _index.Folder, Expected = "one of " + string.Join(", ", classes.Take(NamesShown)) + (classes.Length > NamesShown ? ", …" : ""),
                Found = Count(count, "picture", "pictures"), Safe = "nothing was changed", Next = new Advice("move them, or add some to the training part"),
            };
        }

        return classes;
    }

    private PictureOptions Chosen(int[] train)
    {
        var options = _options.Picture;
        var isLong = train.Count(i => _scan[i].Aspect > LongAspect);
        var fit = options.Fit ?? (isLong > ManyLong * train.Length ? PictureFitting.Pad : PictureFitting.Crop);
        var chosen = options with
        {
            Side = options.Side ?? PictureOptions.DefaultSide,
            Fit = fit,
            Channels = options.Channels ?? (train.All(i => _scan[i].IsGrey) ? 1 : 3),
        };
        _notes.Add($"every picture becomes {chosen.Side} × {chosen.Side}, {(chosen.Channels == 1 ? "grey" : "colour")}, {OptionKey.Write(fit)}"
            + (isLong > 0 ? $" ({Percent(isLong, train.Length)} are longer than 3:2)" : ""));
        return chosen;
    }

    private ImageSamples Samples(int[] pictures, ImageSamples store, string[] classes, int[]? groups)
    {
        int[] labels = [.. pictures.Select(i => Array.BinarySearch(classes, _index.Pictures[i].Label, StringComparer.Ordinal))];
        var lines = pictures.Select((picture, row) => string.Create(
            CultureInfo.InvariantCulture, $"{_index.Pictures[picture].Label} {(int)_index.Pictures[picture].Part} {groups?[row] ?? row}"));
        var origins = new SampleOrigins(
            [.. pictures.Select(i => _index.Pictures[i].Path)], new Lazy<IReadOnlyList<string>>([.. pictures.Select(i => _scan[i].Sha256)]));
        return store.With(labels, ImageSamples.Combine([store.Fingerprint, .. lines]), origins);
    }

    private ImageSamples ReadTest(int[] test, string[] classes, PictureOptions picture)
    {
        if (test.Length == 0)
        {
            throw new WeftException(ErrorKind.InvalidInput, "these pictures have no test part")
            {
                Where = _index.Folder, Expected = "a test part next to the training part: folders \"train\" and \"test\"", Found = _index.Layout,
                Safe = "nothing was changed", Next = new Advice("measure on the validation part, or set some pictures of each class apart"),
            };
        }

        var store = Store(test, picture);
        if (_undecodable.IsEmpty)
            return Samples(test, store, classes, null);
        MarkUndecodable();
        RefuseUnlessSkipped([.. test.Where(i => !_scan[i].IsReadable)]);
        return ReadTest([.. test.Where(i => _scan[i].IsReadable)], classes, picture);
    }

    // The pixels alone, without labels: which bytes, and how they become pixels, is what identifies them.
    private ImageSamples Store(int[] pictures, PictureOptions picture)
    {
        var policy = picture.ToPolicy();
        var shape = new FeatureShape(policy.Height, policy.Width, policy.Channels);
        var key = ImageSamples.Combine([$"{PictureReader.Version} {policy}", .. pictures.Select(i => _scan[i].Sha256)]);
        var larger = picture with { Side = (int)Math.Ceiling(policy.Width * RandomResizedCrop.StoredShare) };
        return new ImageSamples(shape, Store(pictures, policy, shape.Length, key), new int[pictures.Length], key)
        {
            Larger = new(() => Store(pictures, larger)),
        };
    }

    private ImageStore Store(int[] pictures, PicturePolicy policy, int imageLength, string key) =>
        Kept(key, pictures.Length, imageLength, (row, pixels) => TryDecode(pictures[row], policy, pixels), () => _undecodable.IsEmpty) as ImageStore
            ?? new RenderedImages(imageLength, (row, pixels) => Decode(pictures[row], policy, pixels));

    // In a file that later runs share; null where there is none.
    private PictureCache? Kept(string key, int count, int imageLength, RenderPicture render, Func<bool>? isWanted = null)
    {
        if (!_options.Picture.Cache || count == 0)
            return null;
        var path = Path.Combine(CacheFolder, key[..32] + PictureCache.Ending);
        if (PictureCache.TryOpen(path, count, imageLength) is { } before)
            return before;
        try
        {
            PictureCache.Write(path, count, imageLength, _options.Threads, render, _stop, isWanted);
            return PictureCache.TryOpen(path, count, imageLength);
        }
        catch (Exception failure) when (DiskFailure.Is(failure) || failure is AggregateException)
        {
            var note = $"decoded pictures cannot be kept in {CacheFolder} ({failure.GetBaseException().Message}): they are decoded again in every epoch";
            if (!_notes.Contains(note))
                _notes.Add(note);
            return null;
        }
    }

    // At the size at which pictures are compared: a page of memory each, where no file holds them.
    private ImageStore Small(ImageSamples samples)
    {
        void Shrink(int row, Span<byte> pixels) => LookAlikes.Shrink(samples.Image(row), samples.Shape, pixels);
        if (Kept(ImageSamples.Combine([samples.Fingerprint, "look-alikes"]), samples.Count, LookAlikes.Length, Shrink) is { } kept)
            return kept;
        DataFile.RequireMemory((long)samples.Count * LookAlikes.Length);
        var all = new byte[samples.Count * LookAlikes.Length];
        Parallel.For(0, samples.Count, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = _stop },
            row => Shrink(row, all.AsSpan(row * LookAlikes.Length, LookAlikes.Length)));
        return new ResidentImages(all, LookAlikes.Length);
    }

    private void DecodeOnce(int[] pictures, PicturePolicy policy) => Parallel.ForEach(
        pictures, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = _stop },
        () => new byte[policy.Height * policy.Width * policy.Channels],
        (i, _, pixels) =>
        {
            TryDecode(i, policy, pixels);
            return pixels;
        }, _ => { });

    private void TryDecode(int i, PicturePolicy policy, Span<byte> pixels)
    {
        try
        {
            Decode(i, policy, pixels);
        }
        catch (WeftException bad)
        {
            _undecodable[i] = bad.Found ?? bad.What;
        }
    }

    private void Decode(int i, PicturePolicy policy, Span<byte> pixels)
    {
        var picture = _index.Pictures[i];
        try
        {
            PictureReader.Read(picture.Content.Read(), policy, pixels, _options.Picture.Limits);
        }
        catch (PictureException bad)
        {
            throw Unreadable(picture, bad.Found, bad);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw Unreadable(picture, failure.Message, failure);
        }
    }

    private WeftException Unreadable(IndexedPicture picture, string found, Exception cause) =>
        new(ErrorKind.DatasetDamaged, "a picture cannot be decoded", cause)
        {
            Where = Path.Combine(_index.Folder, picture.Path), Found = found, Safe = "nothing was changed",
            Next = new Advice("replace the picture, or move it elsewhere"),
        };

    // Pictures that are known to belong together, and those that look the same. Where nothing belongs to anything there are no groups.
    private int[]? Groups(int[] pictures, ImageSamples store)
    {
        var union = new DisjointSets(pictures.Length);
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = new KnownGroups(_index, _options.GroupPattern);
        for (var row = 0; row < pictures.Length; row++)
        {
            if (known.Of(_index.Pictures[pictures[row]]) is { } name && !byName.TryAdd(name, row))
                union.Join(byName[name], row);
        }

        var named = pictures.Length - union.Count;
        if (_options.NearDuplicates)
        {
            var small = Small(store);
            var (pairs, isCut) = LookAlikes.Of(pictures.Length, small.Image, _options.Threads, _stop);
            foreach (var (first, second, _) in pairs)
                union.Join(first, second);
            if (isCut)
                _notes.Add("so many pictures look alike that not every pair was compared: some that belong together may be divided");
        }

        if (union.Count == pictures.Length)
            return null;
        var alike = pictures.Length - named - union.Count;
        _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{pictures.Length:N0} pictures in {union.Count:N0} groups, which are never divided")
            + (named > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {named:N0} belong to another by their names") : "")
            + (alike > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {alike:N0} look like another") : ""));
        return union.Numbers();
    }

    // What was seen within other limits, or by another reader, is not what would be seen within these.
    private static string? Memory(DatasetIndex index, DataOptions options) => !options.Picture.Cache ? null : Path.Combine(
        FolderIn(options), ImageSamples.Combine([PictureReader.Version, index.Folder, $"{options.Picture.MaximumPixels}"])[..32] + ".scan.json");

    private static string Count(int count, string one, string many) => $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many)}";

    private static string Percent(int part, int whole) => (100.0 * part / whole).ToString("F0", CultureInfo.InvariantCulture) + " %";

    private static string Listed(IEnumerable<string> paths)
    {
        var all = paths.ToArray();
        return string.Join(", ", all.Take(NamesShown)) + (all.Length > NamesShown ? ", …" : "");
    }
}
