using Weft.Training;

namespace Weft.App;

/// <summary>How a person names a run in the next command: by its name where that is enough, else by its folder.</summary>
internal static class RunReference
{
    public static string For(RunFolder run, RunStore store) => store.Folder == Path.GetFullPath("runs") ? run.Name : ShellWords.Quote(ShortPath(run.Path));

    /// <summary>Relative to the current folder for what lies in it.</summary>
    public static string ShortPath(string path) => Path.GetRelativePath(".", path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;
}
