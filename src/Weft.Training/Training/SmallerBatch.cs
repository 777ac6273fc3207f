namespace Weft.Training;

/// <summary>The same command with fewer images in a step, for trainings that do not fit into memory.</summary>
internal static class SmallerBatch
{
    private const string Key = "training.batch_size=";
    private const string Flag = "--batch";

    /// <param name="commandLine">As typed; empty where there is none.</param>
    /// <param name="fits">Whether a training with such a batch size would fit.</param>
    /// <returns>Null where no command is known or no batch size fits.</returns>
    public static string? Advice(IReadOnlyList<string> commandLine, int batchSize, Func<int, bool> fits)
    {
        if (commandLine is not ["weft", ..])
            return null;
        for (var smaller = batchSize / 2; smaller >= 1; smaller /= 2)
        {
            if (fits(smaller))
                return ShellWords.Join([.. Without(commandLine), "--set", Key + smaller]);
        }

        return null;
    }

    // What was said about the batch size before goes, so that it is said once.
    private static IEnumerable<string> Without(IReadOnlyList<string> commandLine)
    {
        for (var i = 0; i < commandLine.Count; i++)
        {
            var word = commandLine[i];
            var next = i + 1 < commandLine.Count ? commandLine[i + 1] : "";
            if (word == Flag || (word == "--set" && next.StartsWith(Key, StringComparison.Ordinal)))
                i++;
            else if (!word.StartsWith(Flag + "=", StringComparison.Ordinal) && !word.StartsWith("--set=" + Key, StringComparison.Ordinal))
                yield return word;
        }
    }
}
