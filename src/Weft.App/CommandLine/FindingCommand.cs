using Weft.Training;

namespace Weft.App;

/// <summary>The next command of a finding, to paste.</summary>
internal static class FindingCommand
{
    /// <param name="reference">What names the run in a command.</param>
    public static string For(string command, RunFolder run, string reference) =>
        command.Replace("RUN/", RunReference.ShortPath(run.Path) + "/", StringComparison.Ordinal).Replace("RUN", reference, StringComparison.Ordinal);
}
