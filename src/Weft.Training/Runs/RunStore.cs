namespace Weft.Training;

/// <summary>The folder that holds all runs.</summary>
/// <param name="clock">Default: the system's.</param>
public sealed class RunStore(string folder, TimeProvider? clock = null)
{
    private const int MaximumNameLength = 100;
    private const string HiddenPrefix = ".new-";
    private static readonly Advice Writable = new("make room, or name a folder that you may write in by --runs");

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(10); // far longer than it takes to fill a run's folder

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>
    /// Makes a new run's folder and owns it. It is filled under a hidden name and gets its own when it is whole, so that a process that is killed on the way
    /// leaves no half of a run. Nothing that exists is ever reused.
    /// </summary>
    /// <param name="model">Without a <paramref name="name"/> the run is called <c>model-number</c>.</param>
    /// <param name="fill">Writes into the folder; called again, with another name, where a name was taken meanwhile.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: the name is taken or no name; <see cref="ErrorKind.RunBusy"/>: another process makes a run of that name;
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: the folder cannot be made.
    /// </exception>
    internal RunLock Create(string model, string? name = null, Action<RunLock, string>? fill = null)
    {
        if (name is not null)
            RequireName(name);
        if (name is not null && !RunLock.IsFree(At(name)))
            throw Taken(name);
        RunLock? made = null;
        try
        {
            RemoveLeftovers();
            made = RunLock.Begin(new RunFolder(Path.Combine(Folder, $"{HiddenPrefix}{Guid.NewGuid():N}")));
            for (var number = name is null ? NextNumber(model) : 0; ; number++)
            {
                var final = At(name ?? $"{model}-{number}");
                fill?.Invoke(made, final.Name);
                if (made.TryMoveTo(final))
                    return made;
                if (name is not null)
                    throw Taken(name);
            }
        }
        catch (Exception failure)
        {
            TryDiscard(made);
            // What it says is safe, and to do, is about a run that exists.
            if (failure is WeftException { Kind: ErrorKind.DiskFull or ErrorKind.IoError } refused)
                throw new WeftException(refused.Kind, "the run's folder cannot be made", refused)
                {
                    Where = Folder,
                    Found = refused.Found,
                    Safe = "nothing was left behind",
                    Next = Writable,
                };
            if (DiskFailure.Is(failure))
                throw DiskFailure.ToError(failure, "the run's folder cannot be made", Folder, "nothing was left behind", Writable);
            throw;
        }
    }

    /// <summary>All runs that can be read, oldest first. Folders that are no runs are left out.</summary>
    public IReadOnlyList<RunReader> List() => Look().Runs;

    /// <summary>All runs, those that cannot be read apart.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.IoError"/>: the folder of the runs cannot be read.</exception>
    internal RunListing Look()
    {
        var (runs, unreadable) = (new List<RunReader>(), new List<UnreadableRun>());
        foreach (var folder in Folders())
        {
            var run = new RunReader(folder);
            try
            {
                if (run.IsRun())
                    _ = run.Information;
                else
                    continue;
                runs.Add(run);
            }
            catch (WeftException problem)
            {
                unreadable.Add(new UnreadableRun(folder, problem));
            }
        }

        // A clock that was ahead when a run began must not make it the latest for ever.
        var now = (clock ?? TimeProvider.System).GetUtcNow() + ClockTolerance;
        return new RunListing(
            [
                .. runs.OrderBy(run => run.Information.Started <= now).ThenBy(run => run.Information.Started)
                    .ThenBy(run => run.Folder.Name, StringComparer.Ordinal),
            ],
            [.. unreadable.OrderBy(run => run.Folder.Name, StringComparer.Ordinal)]);
    }

    /// <summary>The folders that may be runs, in no order: hidden ones are in the making, links are somebody else's.</summary>
    internal IEnumerable<RunFolder> Folders()
    {
        if (PathKinds.Of(Folder, followLinks: true) == PathKind.Absent)
            return [];
        try
        {
            return [.. Directory.EnumerateDirectories(Folder).Where(path => !Path.GetFileName(path).StartsWith('.')).Select(path => new RunFolder(path))];
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the folder of the runs cannot be read", Folder, "nothing was changed");
        }
    }

    /// <summary>Resolves a folder, a name, a unique prefix, <c>latest</c> or <c>best</c>.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: no run, or several, are meant.</exception>
    public RunReader Find(string reference)
    {
        if (LooksLikeFolder(reference) && new RunReader(new RunFolder(reference)) is { } outside && outside.IsRun())
        {
            _ = outside.Information; // or what is wrong with it
            return outside;
        }

        var listing = Look();
        if (listing.Unreadable.FirstOrDefault(run => run.Folder.Name == reference) is { } named)
            throw named.Problem;
        var runs = listing.Runs;
        if (runs.Count == 0 && listing.Unreadable is [var first, ..])
            throw new WeftException(first.Problem.Kind, $"none of the {listing.Unreadable.Count} runs can be read", first.Problem)
            {
                Where = Folder,
                Found = $"{first.Folder.Name}: {first.Problem.What}",
                Next = new ListRuns(this),
            };
        if (runs.Count == 0)
            throw new WeftException(ErrorKind.InvalidInput, "there are no runs yet")
            {
                Where = Folder,
                Expected = $"a run '{reference}'",
                Found = "none",
                Next = new TrainRun { Store = this },
            };
        return reference switch
        {
            "latest" => runs[^1],
            "best" => BestRun.Of(runs, Folder),
            _ => ByName(reference, runs),
        };
    }

    private RunReader ByName(string reference, IReadOnlyList<RunReader> runs)
    {
        if (runs.FirstOrDefault(run => run.Folder.Name == reference) is { } exact)
            return exact;
        var matches = runs.Where(run => run.Folder.Name.StartsWith(reference, StringComparison.Ordinal)).ToList();
        if (matches is [var single] && reference.Length > 0)
            return single;
        var names = matches.Count > 1 ? matches.Select(run => run.Folder.Name) : runs.TakeLast(10).Select(run => run.Folder.Name);
        var near = matches.Count > 1 ? null : Suggestion.For(reference, runs.Select(run => run.Folder.Name));
        var what = matches.Count > 1 ? $"'{reference}' fits {matches.Count} runs" : $"there is no run '{reference}'";
        throw new WeftException(ErrorKind.InvalidInput, what + (near is null ? "" : $"; did you mean '{near}'?"))
        {
            Where = Folder, Expected = "a run's folder, name, unique prefix, latest or best", Found = string.Join(", ", names), Safe = "nothing was changed",
            Next = near is null ? new ListRuns(this) : new ShowRun(At(near)),
        };
    }

    private RunFolder At(string name) => new(Path.Combine(Folder, name));

    private int NextNumber(string model) => !Directory.Exists(Folder) ? 1 : 1 + Directory.EnumerateFileSystemEntries(Folder, model + "-*")
        .Select(path => int.TryParse(Path.GetFileName(path).AsSpan(model.Length + 1), out var number) ? number : 0)
        .DefaultIfEmpty(0).Max();

    private static bool LooksLikeFolder(string reference) =>
        reference.Contains(Path.DirectorySeparatorChar) || reference.Contains('/') || reference is "." or ".." || Directory.Exists(reference);

    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: it cannot be a run's name.</exception>
    internal static void RequireName(string name)
    {
        var fits = name.Length is > 0 and <= MaximumNameLength && char.IsAsciiLetterOrDigit(name[0]) && name is not ("latest" or "best")
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+');
        if (!fits)
        {
            throw new WeftException(ErrorKind.InvalidInput, "this cannot be a run's name")
            {
                Where = "--name", Expected = $"up to {MaximumNameLength} letters, digits, '-', '_', '.', '+'; not latest or best",
                Found = name, Safe = "nothing was touched",
            };
        }
    }

    private void RemoveLeftovers()
    {
        if (!Directory.Exists(Folder))
            return;
        foreach (var path in Directory.EnumerateDirectories(Folder, HiddenPrefix + "*"))
        {
            var isOld = (clock ?? TimeProvider.System).GetUtcNow() - Directory.GetLastWriteTimeUtc(path) > LeftoverAge;
            if (isOld && PathKinds.Of(path) == PathKind.Folder && !RunLock.IsHeld(new RunFolder(path)))
                Directory.Delete(path, recursive: true);
        }
    }

    private static void TryDiscard(RunLock? made)
    {
        try
        {
            made?.Discard();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            // a hidden folder is left; the failure that led here is the one to report
        }
    }

    private WeftException Taken(string name)
    {
        if (RunLock.IsHeld(At(name)))
            return RunLock.Busy(At(name));
        var isRun = new RunReader(At(name)).IsRun();
        return new WeftException(ErrorKind.InvalidInput, isRun ? $"the run {name} exists already" : $"the name {name} is taken by something that is no run")
        {
            Where = At(name).Path,
            Safe = "nothing was changed",
            Next = isRun ? new ResumeRun(At(name)) : new Advice("choose another --name, or look at what is there"),
        };
    }
}
