namespace Weft.Training;

/// <content>From a parameter's name to a key of the configuration.</content>
internal sealed partial class SweepFileReader
{
    // Abbreviations that no spelling is near to, for the suggestion only.
    private static readonly Dictionary<string, string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        ["lr"] = "optimizer.learning_rate", ["wd"] = "optimizer.weight_decay", ["bs"] = "training.batch_size", ["optim"] = "optimizer.name",
        ["n_epochs"] = "training.epochs", ["num_epochs"] = "training.epochs", ["arch"] = "model.name", ["scheduler"] = "schedule.name",
        ["lr_scheduler"] = "schedule.name",
    };

    // Its own name, the name of a section whose record is meant ("optimizer"), or a last part that one key alone has ("batch_size").
    private string? KeyOf(string name, int line)
    {
        var names = ConfigurationTable.Keys.Select(key => key.Name).Distinct().ToList();
        var exact = FormerKeys.Now(name);
        if (names.Contains(exact))
            return exact;
        var section = $"{name}.{ConfigurationKey.NameKey}";
        if (names.Contains(section))
            return section;
        var ending = names.Where(key => key.EndsWith("." + name, StringComparison.Ordinal)).ToList();
        if (ending is [var only])
            return only;
        if (ending.Count > 1)
        {
            Add(line, $"the whole key: one of {string.Join(", ", ending)}", name);
            return null;
        }

        var near = Problems.Count >= Mistakes.Shown ? null : Abbreviations.GetValueOrDefault(name) ?? Suggestion.For(name, names);
        Add(line, near is null ? "a key of the configuration" : $"did you mean {near}?", $"unknown key {name}");
        return null;
    }

    // Null where trials may differ by it.
    private static string? WhyNotSearched(string key) => key switch
    {
        "training.seed" => "a search would find the luckiest seed; the finals train the best with several",
        "training.threads" => "the result does not depend on it",
        "training.time_budget_seconds" => "what a trial is worth would depend on how fast the machine is",
        "data.corrections" => "trials have to be judged by the same labels",
        _ when key.StartsWith("data.", StringComparison.Ordinal) => "trials have to be trained and judged on the same data",
        _ when key.StartsWith("checkpoint.", StringComparison.Ordinal) => "it changes what is kept and not what is trained",
        _ when key.StartsWith("evaluation.", StringComparison.Ordinal) => "the validation of an epoch does not use it",
        _ => null,
    };
}
