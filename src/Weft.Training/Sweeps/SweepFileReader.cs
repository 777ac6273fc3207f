using System.Globalization;

namespace Weft.Training;

/// <summary>Reads a sweep file's text; every mistake in it becomes a problem with its line.</summary>
/// <param name="origin">Stands before ":line".</param>
/// <param name="folder">From where the paths in the file lead.</param>
internal sealed partial class SweepFileReader(string origin, string folder)
{
    private const int LongestText = 4096;
    private const int MostRetries = 100;

    // What W&B's agent and launcher act on, and nothing here does.
    private static readonly string[] Unused =
        ["program", "command", "project", "entity", "controller", "scheduler", "job", "image_uri", "kind", "apiVersion"];

    private static readonly string[] Known =
        ["method", "metric", "parameters", "early_terminate", "run_cap", "name", "description", "weft", .. Unused];

    private static readonly string[] MetricKeys = ["name", "goal", "target", "impute", "impute_while_running"];
    private static readonly string[] OwnKeys = ["seed", "parallel", "keep_best", "retries", "recipe", "fidelity"];

    // How people name these two in other tools: val_loss, valid/acc, validation-accuracy.
    private static readonly string[] ValidationWords = ["val", "valid", "validation"];

    private readonly List<string> _notes = [];

    public List<Problem> Problems { get; } = [];

    /// <returns>Null where <see cref="Problems"/> has something.</returns>
    public SweepDefinition? Read(string text)
    {
        switch (YamlTree.Read(text, origin, Problems))
        {
            case YamlMapping file:
                var definition = Read(file);
                return Problems.Count == 0 ? definition : null;
            case null or YamlScalar { Value.Length: 0 }:
                if (Problems.Count == 0)
                    Problems.Add(new Problem(origin, "a sweep: method, metric and parameters", "an empty file"));
                return null;
            case var other:
                Add(other.Line, "the keys method, metric and parameters", other.Kind);
                return null;
        }
    }

    private SweepDefinition? Read(YamlMapping file)
    {
        foreach (var entry in file.Entries.Where(entry => !Known.Contains(entry.Key)))
        {
            if (entry.Key == "metrics")
                Add(entry.Line, "one metric, as in metric: {name: validation_loss}", "metrics");
            else
                AddUnknown(entry, "key", Known);
        }

        var unused = file.Entries.Select(entry => entry.Key).Where(Unused.Contains).ToList();
        if (unused.Count > 0)
            _notes.Add($"not used here: {string.Join(", ", unused)}");
        var method = ReadMethod(file);
        var (metric, target) = ReadMetric(Find(file, "metric"));
        ReadParameters(Find(file, "parameters"), file.Line, method);
        var runCap = ReadWhole(Find(file, "run_cap"), 1, int.MaxValue);
        if (Find(file, "run_cap") is null && method is not (null or SweepMethod.Grid))
            Add(file.Line, $"run_cap: how many trials there are, which {OptionKey.Write(method)} needs", "no run_cap");
        var definition = new SweepDefinition
        {
            Name = ReadText(Find(file, "name")),
            Description = ReadText(Find(file, "description")),
            Method = method ?? SweepMethod.Random,
            Space = new SearchSpace([.. _parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal)]),
            Metric = metric,
            Target = target,
            RunCap = (int?)runCap,
            Constants = _constants,
            Pruner = ReadPruner(Find(file, "early_terminate")),
        };
        return ReadOwn(Find(file, "weft"), definition) with { Notes = _notes };
    }

    private SweepMethod? ReadMethod(YamlMapping file)
    {
        if (Find(file, "method") is not { } entry)
        {
            Add(file.Line, "method: one of grid, random, bayes, sobol", "no method");
            return null;
        }

        return ReadChoice<SweepMethod>(entry);
    }

    private (EpochMetric Metric, double? Target) ReadMetric(YamlEntry? entry)
    {
        var usual = (new ValidationLossMetric(), (double?)null);
        if (entry is null || ReadMapping(entry, MetricKeys) is not { } mapping)
            return usual;
        var unused = mapping.Entries.Select(one => one.Key).Where(key => key is "impute" or "impute_while_running").ToList();
        if (unused.Count > 0)
            _notes.Add($"not used here: {string.Join(", ", unused.Select(key => "metric." + key))}; a trial without a value counts as the worst");
        var target = ReadNumber(Find(mapping, "target"));
        var known = string.Join(", ", OptionTypes.Of(typeof(EpochMetric)).Select(type => OptionNames.Of(type, typeof(EpochMetric))));
        if (Find(mapping, "name") is not { } name)
        {
            Add(entry.Line, $"metric with name: one of {known}", "no name");
            return usual;
        }

        if (name.Value is not YamlScalar { Value: var text } || FindMetric(text) is not { } metric)
        {
            Add(name.Line, $"a metric of the validation split: one of {known}", name.Value.Kind);
            return usual;
        }

        var goal = metric.LargerIsBetter ? "maximize" : "minimize";
        if (Find(mapping, "goal") is { } given && (given.Value is not YamlScalar { Value: var written } || written != goal))
            Add(given.Line, $"goal: {goal}, which is the better {metric.Name}", given.Value.Kind);
        return (metric, target);
    }

    // "val_loss", "val/acc" and the like have one meaning here; "loss" and "accuracy" alone could be those of the training images.
    private static EpochMetric? FindMetric(string text)
    {
        var name = text.ToLowerInvariant().Replace('/', '_').Replace('.', '_').Replace('-', '_').Replace(' ', '_');
        if (EpochMetric.Find(name) is { } exact)
            return exact;
        return name.Split('_', 2) is [var split, var what] && ValidationWords.Contains(split)
            ? what switch { "loss" => new ValidationLossMetric(), "acc" or "accuracy" => new ValidationAccuracyMetric(), _ => EpochMetric.Find(what) }
            : null;
    }

    private SweepDefinition ReadOwn(YamlEntry? entry, SweepDefinition definition)
    {
        if (entry is null || ReadMapping(entry, OwnKeys) is not { } own)
            return definition;
        var recipe = ReadText(Find(own, "recipe"));
        if (recipe is not (null or "none") && Recipe.Find(recipe) is null)
        {
            var near = Suggestion.For(recipe, Recipe.Names);
            Add(Find(own, "recipe")!.Line, near is null ? $"none or one of {string.Join(", ", Recipe.Names)}" : $"did you mean {near}?", $"recipe '{recipe}'");
        }

        var fidelity = Find(own, "fidelity") is { } given ? ReadChoice<SweepFidelity>(given) : null;
        if (fidelity is SweepFidelity.Squeezed && definition.Pruner is null && Problems.Count == 0)
            _notes.Add("weft.fidelity means nothing without early_terminate");
        return definition with
        {
            Seed = ReadWhole(Find(own, "seed"), 0, long.MaxValue) ?? definition.Seed,
            Parallel = (int?)ReadWhole(Find(own, "parallel"), 1, 100_000),
            KeepBest = (int?)ReadWhole(Find(own, "keep_best"), 1, int.MaxValue),
            Retries = (int?)ReadWhole(Find(own, "retries"), 1, MostRetries) ?? definition.Retries,
            Recipe = recipe,
            Fidelity = fidelity ?? definition.Fidelity,
        };
    }

    private static YamlEntry? Find(YamlMapping mapping, string key) => mapping.Entries.FirstOrDefault(entry => entry.Key == key);

    // The mapping that an entry holds; keys that are none of the known ones are problems.
    private YamlMapping? ReadMapping(YamlEntry entry, IReadOnlyList<string> known)
    {
        if (entry.Value is not YamlMapping mapping)
        {
            Add(entry.Line, $"{entry.Key} with {string.Join(", ", known)}", entry.Value.Kind);
            return null;
        }

        foreach (var one in mapping.Entries.Where(one => !known.Contains(one.Key)))
            AddUnknown(one, $"key of {entry.Key}", known);
        return mapping;
    }

    private string? ReadText(YamlEntry? entry)
    {
        if (entry is null or { Value: YamlScalar { Value: "" or "null" or "~" } })
            return null;
        if (entry.Value is YamlScalar { Value: { Length: <= LongestText } text } && !text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t')))
            return text;
        Add(entry.Line, $"a text of at most {LongestText} characters for {entry.Key}", entry.Value is YamlScalar ? "another" : entry.Value.Kind);
        return null;
    }

    private TEnum? ReadChoice<TEnum>(YamlEntry entry) where TEnum : struct, Enum
    {
        var names = Enum.GetValues<TEnum>().ToDictionary(value => OptionKey.Write(value));
        if (entry.Value is YamlScalar { Value: var text } && names.TryGetValue(text, out var found))
            return found;
        var near = entry.Value is YamlScalar scalar ? Suggestion.For(scalar.Value, names.Keys) : null;
        Add(entry.Line, $"one of {string.Join(", ", names.Keys)} for {entry.Key}{(near is null ? "" : $"; did you mean {near}?")}", entry.Value.Kind);
        return null;
    }

    private long? ReadWhole(YamlEntry? entry, long minimum, long maximum)
    {
        if (entry is null)
            return null;
        if (entry.Value is YamlScalar { Value: var text } && Whole(text) is { } whole && whole >= minimum && whole <= maximum)
            return whole;
        Add(entry.Line, $"a whole number of at least {minimum}{(maximum < int.MaxValue ? $" and at most {maximum}" : "")} for {entry.Key}", entry.Value.Kind);
        return null;
    }

    private double? ReadNumber(YamlEntry? entry)
    {
        if (entry is null)
            return null;
        if (entry.Value is YamlScalar { Value: var text } && Number(text) is { } number)
            return number;
        Add(entry.Line, $"a number for {entry.Key}", entry.Value.Kind);
        return null;
    }

    // YAML 1.1 takes 1e-4 for a text; it is a number all the same, and so is one in quotation marks.
    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;

    private void AddUnknown(YamlEntry entry, string what, IReadOnlyList<string> known)
    {
        var near = Problems.Count < Mistakes.Shown ? Suggestion.For(entry.Key, known) : null;
        Add(entry.Line, near is null ? $"one of {string.Join(", ", known)}" : $"did you mean {near}?", $"unknown {what} {entry.Key}");
    }

    private void Add(int line, string expected, string found) => Problems.Add(new Problem(At(line), expected, found));

    private string At(int line) => $"{origin}:{line}";
}
