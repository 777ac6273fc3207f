using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>The next step as a command to paste: <c>weft …</c>, with names quoted for a shell.</summary>
internal static class CommandText
{
    public static string For(NextStep step) => step switch
    {
        RetrainWith retrain => RunReference.TrainCommand(retrain.Run) + string.Concat(retrain.Changes.Select(Option)),
        AnalyzeRun analyze => $"weft analyze {RunReference.For(analyze.Run)}{RunReference.OptionFor(analyze.Split)}"
            + (analyze.Pair is var (label, prediction) ? string.Create(CultureInfo.InvariantCulture, $" --pair {label},{prediction}") : "")
            + (analyze.Folds is { } folds ? string.Create(CultureInfo.InvariantCulture, $" --folds {folds}") : ""),
        _ => throw new InvalidOperationException($"{step.GetType().Name} has no command"),
    };

    // The number of epochs has an option of its own.
    private static string Option(ConfigurationValue change) =>
        change.Key == "training.epochs" ? $" --epochs {ShellWords.Quote(change.Text)}" : $" --set {change.Key}={ShellWords.Quote(change.Text)}";
}
