using Weft.Training;

namespace Weft.App;

/// <summary>Sweeps in commands that one may paste.</summary>
internal static class SweepText
{
    /// <summary>A sweep as a command names it: by its folder, or by its name and its database.</summary>
    public static string Reference(Sweep sweep) => sweep.Information.Store is { } store
        ? $"{ShellWords.Quote(sweep.Folder.Name)} --store {ShellWords.Quote(store)}"
        : RunReference.For(sweep.Folder.Path);

    /// <summary>Where a sweep is, for people.</summary>
    public static string Place(Sweep sweep) => sweep.Information.Store is { } store
        ? $"{sweep.Folder.Name} in {store}" : RunReference.ShortPath(sweep.Folder.Path);

    /// <summary>The command that goes on with a sweep.</summary>
    public static string GoOn(Sweep sweep) => sweep.Information.Store is null
        ? $"weft sweep {RunReference.For(sweep.Folder.File)} --name {ShellWords.Quote(sweep.Folder.Name)}"
        : $"weft sweep worker {Reference(sweep)}";
}
