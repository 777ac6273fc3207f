using System.Globalization;
using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>What to try next about a finding. It does not name the run, so that a stored analysis stays true when the run's folder is moved.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(RetrainAction), "retrain")]
[JsonDerivedType(typeof(AnalyzeAction), "analyze")]
public abstract record FindingAction
{
    private protected FindingAction()
    {
    }

    /// <summary>The step for the run that the finding is about.</summary>
    public abstract NextStep For(RunFolder run);

    /// <summary>The action that version 0.1 stored as the words of a command; null for words that it never stored.</summary>
    public static FindingAction? OfWords(string command)
    {
        var words = command.Split(' ');
        var options = Enumerable.Range(0, words.Length - 1).Where(i => words[i].StartsWith("--", StringComparison.Ordinal))
            .Select(i => (Name: words[i], Value: words[i + 1])).ToList();
        string? Value(string name) => options.Where(option => option.Name == name).Select(option => option.Value).FirstOrDefault();
        switch (words.ElementAtOrDefault(1))
        {
            case "train":
                return new RetrainAction([
                    .. options.Where(option => option.Name == "--set")
                        .Select(option => RetrainAction.Change(option.Value.Split('=', 2)[0], option.Value.Split('=', 2)[^1])),
                    .. Value("--epochs") is { } epochs ? [RetrainAction.Change("training.epochs", epochs)] : Array.Empty<ConfigurationValue>()]);
            case "analyze":
                var pair = Value("--pair")?.Split(',') is [var label, var prediction]
                    && int.TryParse(label, CultureInfo.InvariantCulture, out var from) && int.TryParse(prediction, CultureInfo.InvariantCulture, out var to)
                    ? ((int, int)?)(from, to) : null;
                return new AnalyzeAction(Value("--split") == "test" ? EvaluationSplit.Test : EvaluationSplit.Validation)
                {
                    Label = pair?.Item1, Prediction = pair?.Item2,
                    Folds = int.TryParse(Value("--folds"), CultureInfo.InvariantCulture, out var folds) ? folds : null,
                };
            default:
                return null;
        }
    }
}

/// <summary>Train the run's configuration anew with other values.</summary>
/// <param name="Changes">At least one.</param>
public sealed record RetrainAction(IReadOnlyList<ConfigurationValue> Changes) : FindingAction
{
    internal const string Origin = "finding";

    public override NextStep For(RunFolder run) => new RetrainWith(run, Changes);

    internal static ConfigurationValue Change(string key, FormattableString value) => Change(key, FormattableString.Invariant(value));

    internal static ConfigurationValue Change(string key, string value) => new(key, value, Origin);
}

/// <summary>Analyze the run again and look closer.</summary>
public sealed record AnalyzeAction([property: JsonConverter(typeof(JsonStringEnumConverter<EvaluationSplit>))] EvaluationSplit Split) : FindingAction
{
    /// <summary>The class of the images to explain; null: all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Label { get; init; }

    /// <summary>The class that they were predicted as; null exactly where <see cref="Label"/> is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Prediction { get; init; }

    /// <summary>How many networks are trained to find suspect training labels; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Folds { get; init; }

    public override NextStep For(RunFolder run) => new AnalyzeRun(run, Split)
    {
        Pair = Label is { } label && Prediction is { } prediction ? (label, prediction) : null, Folds = Folds,
    };
}
