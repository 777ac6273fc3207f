namespace Weft.App;

/// <summary>The command as typed, for runs to remember.</summary>
internal static class CommandLines
{
    public static IReadOnlyList<string> OfProcess() => ["weft", .. Environment.GetCommandLineArgs()[1..]];
}
