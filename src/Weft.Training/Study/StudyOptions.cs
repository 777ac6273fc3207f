namespace Weft.Training;

/// <summary>Which recipes and seeds a <see cref="Study"/> trains, and how thoroughly.</summary>
internal sealed record StudyOptions
{
    /// <value>"tuned" or "study". Default: tuned.</value>
    public string Recipes { get; init; } = "tuned";

    /// <value>Less data and fewer epochs, so that all of it ends within minutes. Default: false.</value>
    public bool Quick { get; init; }

    /// <value>Runs of each network, with the seeds 1, 2, …. Default: 3.</value>
    public int Seeds { get; init; } = 3;

    /// <value>Recipes beside the study's four, by their full names. Default: none.</value>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <value>Values for every run, over those of the recipes. Default: none.</value>
    public IReadOnlyList<ConfigurationValue> Overrides { get; init; } = [];
}

/// <summary>One run that a study consists of.</summary>
/// <param name="Recipe">"tuned/cnn5".</param>
/// <param name="RunName">"cnn5-s1".</param>
/// <param name="ByItself">Trains the same by itself.</param>
internal sealed record StudyMember(string Recipe, int Seed, string RunName, ResolvedConfiguration Configuration, TrainRun ByItself)
{
    /// <summary>The network that the recipe trains, such as "cnn5".</summary>
    public string Network => Recipe[(Recipe.IndexOf('/') + 1)..];
}

/// <summary>The published numbers that a study's networks are set beside.</summary>
internal static class PublishedAccuracy
{
    /// <summary>The four networks, in the order in which the study lists its results.</summary>
    public static IReadOnlyList<string> Networks { get; } = ["cnn5", "cnn4", "googlenet-adam", "googlenet-sgd"];

    /// <summary>Test accuracy by the study; null for a network that is not in it.</summary>
    public static double? Of(string network) => network switch
    {
        "cnn5" => 0.9428,
        "cnn4" => 0.9306,
        "googlenet-adam" => 0.8878,
        "googlenet-sgd" => 0.8646,
        _ => null,
    };
}

/// <summary>
/// What <c>--quick</c> changes: sized so that the four networks together take about ten minutes on two cores; the Inception networks are three quarters of it.
/// </summary>
internal static class QuickStudy
{
    public static IEnumerable<ConfigurationValue> Values(string network, RunConfiguration recipe)
    {
        yield return Value("data.limit_train", "8000");
        yield return Value("data.limit_validation", "1000");
        yield return Value("training.epochs", network is "cnn5" or "cnn4" ? "6" : "3");
        yield return Value("evaluation.tta", "false");
        yield return Value("evaluation.tta_shift", "0");
        // An average over a thousand steps would be one over nearly all of so short a training.
        if (recipe.Training.EmaDecay is not null)
            yield return Value("training.ema_decay", "0.98");
    }

    private static ConfigurationValue Value(string key, string text) => new(key, text, "--quick");
}
