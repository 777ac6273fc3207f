using Weft.Training;

namespace Weft.App;

/// <summary>The next command of a finding, to paste.</summary>
internal static class FindingCommand
{
    private const string Run = "RUN";

    /// <param name="command">Words; <c>RUN</c> stands for the run and <c>RUN/FILE</c> for a file in its folder.</param>
    public static string For(string command, RunFolder run) => string.Join(' ', command.Split(' ').Select(word =>
        word == Run ? RunReference.For(run)
        : word.StartsWith($"{Run}/", StringComparison.Ordinal) ? RunReference.For(Path.Combine(run.Path, word[(Run.Length + 1)..]))
        : word)) + (command.StartsWith("weft train ", StringComparison.Ordinal) ? RunReference.OptionFor(new RunStore(Path.GetDirectoryName(run.Path)!)) : "");
}
