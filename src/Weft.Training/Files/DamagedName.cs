namespace Weft.Training;

/// <summary>The name under which a damaged file is kept: its own with <c>.damaged</c> after it, and a number where an earlier one has that name.</summary>
internal static class DamagedName
{
    public const string Ending = ".damaged";

    /// <param name="isTaken">Whether something stands at a path.</param>
    public static string For(string path, Func<string, bool> isTaken)
    {
        var kept = path + Ending;
        for (var number = 2; isTaken(kept); number++)
            kept = $"{path}{Ending}-{number}";
        return kept;
    }

    /// <summary>As on the disk, where a folder or a link takes a name too.</summary>
    public static string For(string path) => For(path, taken => PathKinds.Of(taken) != PathKind.Absent);
}
