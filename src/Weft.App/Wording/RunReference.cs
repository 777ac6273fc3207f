using Weft.Training;

namespace Weft.App;

/// <summary>How the next command names a run, a folder of runs, or a file: as it can be pasted into the same shell.</summary>
internal static class RunReference
{
    private const string UsualFolder = "runs";

    /// <summary>The run's name where the usual folder of runs holds it, else its folder.</summary>
    public static string For(RunFolder run) =>
        Path.GetDirectoryName(run.Path) == Path.GetFullPath(UsualFolder) ? ShellWords.Quote(run.Name) : For(run.Path);

    /// <summary>A file or a folder as one word of a command.</summary>
    public static string For(string path) => ShellWords.Quote(InFolder(ShortPath(path)));

    /// <summary>The option that names a folder of runs, with a blank before it; empty where it is the usual one.</summary>
    public static string OptionFor(RunStore store) => store.Folder == Path.GetFullPath(UsualFolder) ? "" : $" --runs {For(store.Folder)}";

    /// <summary>The option that names a split, with a blank before it; empty for the usual one.</summary>
    public static string OptionFor(EvaluationSplit split) => split == EvaluationSplit.Validation ? "" : $" --split {split.ToString().ToLowerInvariant()}";

    /// <summary>Relative to the current folder for what lies in it.</summary>
    public static string ShortPath(string path) =>
        Path.GetRelativePath(".", path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;

    // A bare name could be that of a run in the usual folder, or of an option.
    private static string InFolder(string path) =>
        Path.IsPathRooted(path) || (path.Contains(Path.DirectorySeparatorChar) && path[0] != '-') ? path : $".{Path.DirectorySeparatorChar}{path}";
}
