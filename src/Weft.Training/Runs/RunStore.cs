namespace Weft.Training;

/// <summary>The folder that holds all runs.</summary>
public sealed class RunStore(string folder)
{
    private const int MaximumNameLength = 100;

    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Makes a new run's folder and owns it. Nothing that exists is ever reused.</summary>
    /// <param name="model">Without a <paramref name="name"/> the run is called <c>model-number</c>.</param>
    /// <exception cref="WeftException">Exit 2: the name is taken or no name; 40 or 41: the folder cannot be made.</exception>
    public RunLock Create(string model, string? name = null)
    {
        if (name is not null)
            RequireName(name);
        try
        {
            if (name is not null)
                return RunLock.Create(At(name)) ?? throw Taken(name);
            for (var number = NextNumber(model); ; number++)
            {
                if (RunLock.Create(At($"{model}-{number}")) is { } created)
                    return created;
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the run's folder cannot be made", Folder, "nothing was left behind", "name a folder you may write in by --runs");
        }
    }

    /// <summary>All complete runs, oldest first. Folders that are no runs are left out.</summary>
    public IReadOnlyList<RunReader> List() => !Directory.Exists(Folder) ? [] :
    [
        .. Directory.EnumerateDirectories(Folder)
            .Select(path => new RunReader(new RunFolder(path)))
            .Where(run => run.TryInformation() is not null)
            .OrderBy(run => run.Information.Started).ThenBy(run => run.Folder.Name, StringComparer.Ordinal),
    ];

    /// <summary>Resolves a folder, a name, a unique prefix, <c>latest</c> or <c>best</c>.</summary>
    /// <exception cref="WeftException">Exit 2: no run, or several, are meant.</exception>
    public RunReader Find(string reference)
    {
        if (LooksLikeFolder(reference) && new RunReader(new RunFolder(reference)) is { } outside && outside.TryInformation() is not null)
            return outside;
        var runs = List();
        if (runs.Count == 0)
            throw new WeftException(ExitCode.Usage, "there are no runs yet") { Where = Folder, Expected = $"a run '{reference}'", Found = "none", Do = $"weft train{RunReference.OptionFor(this)}" };
        return reference switch
        {
            "latest" => runs[^1],
            "best" => runs.MaxBy(run => run.Best?.ValidationAccuracy ?? -1)!,
            _ => ByName(reference, runs),
        };
    }

    private RunReader ByName(string reference, IReadOnlyList<RunReader> runs)
    {
        if (runs.FirstOrDefault(run => run.Folder.Name == reference) is { } exact)
            return exact;
        if (reference.Length > 0 && File.Exists(At(reference).InformationFile))
            _ = new RunReader(At(reference)).Information; // says what is wrong with it
        var matches = runs.Where(run => run.Folder.Name.StartsWith(reference, StringComparison.Ordinal)).ToList();
        if (matches is [var single] && reference.Length > 0)
            return single;
        var names = matches.Count > 1 ? matches.Select(run => run.Folder.Name) : runs.TakeLast(10).Select(run => run.Folder.Name);
        var near = matches.Count > 1 ? null : Suggestion.For(reference, runs.Select(run => run.Folder.Name));
        var what = matches.Count > 1 ? $"'{reference}' fits {matches.Count} runs" : $"there is no run '{reference}'";
        throw new WeftException(ExitCode.Usage, what + (near is null ? "" : $"; did you mean '{near}'?"))
        {
            Where = Folder, Expected = "a run's folder, name, unique prefix, latest or best", Found = string.Join(", ", names), Safe = "nothing was changed",
            Do = near is null ? $"weft runs{RunReference.OptionFor(this)}" : $"weft runs show {RunReference.For(At(near))}",
        };
    }

    private RunFolder At(string name) => new(Path.Combine(Folder, name));

    private int NextNumber(string model) => !Directory.Exists(Folder) ? 1 : 1 + Directory.EnumerateFileSystemEntries(Folder, model + "-*")
        .Select(path => int.TryParse(Path.GetFileName(path).AsSpan(model.Length + 1), out var number) ? number : 0)
        .DefaultIfEmpty(0).Max();

    private static bool LooksLikeFolder(string reference) =>
        reference.Contains(Path.DirectorySeparatorChar) || reference.Contains('/') || reference is "." or ".." || Directory.Exists(reference);

    private static void RequireName(string name)
    {
        var fits = name.Length is > 0 and <= MaximumNameLength && char.IsAsciiLetterOrDigit(name[0]) && name is not ("latest" or "best")
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+');
        if (!fits)
        {
            throw new WeftException(ExitCode.Usage, "this cannot be a run's name")
            {
                Where = "--name", Expected = $"up to {MaximumNameLength} letters, digits, '-', '_', '.', '+'; not latest or best", Found = name, Safe = "nothing was touched",
            };
        }
    }

    private WeftException Taken(string name)
    {
        var isRun = File.Exists(At(name).InformationFile);
        return new WeftException(ExitCode.Usage, isRun ? $"the run {name} exists already" : $"the name {name} is taken by something that is no run")
        {
            Where = At(name).Path,
            Safe = "nothing was changed",
            Do = isRun ? $"weft resume {RunReference.For(At(name))}" : "choose another --name, or look at what is there",
        };
    }
}
