using System.Globalization;

namespace Weft.Training;

/// <content>The parameters: constants, and what is searched.</content>
internal sealed partial class SweepFileReader
{
    private const int MostValues = 1_000;

    // A draw of a normal distribution lies further out once in 16,000 times.
    private const double Deviations = 4;

    // Whole numbers above it are not all exact.
    private const double LargestWhole = 1L << 53;

    private const double ProbabilityTolerance = 1e-6;

    // Of a step: 0.3 is three times 0.1, whatever the doubles say.
    private const double Slack = 1e-6;

    // A rank of the beta distribution's ends, which it comes near and never reaches.
    private const double NearEnd = 1e-6;

    private static readonly string[] ParameterKeys =
        ["value", "values", "probabilities", "distribution", "min", "max", "mu", "sigma", "q", "a", "b", "parameters"];

    private static readonly Form[] Forms =
    [
        new("constant", ["value"], []),
        new("categorical", ["values"], ["probabilities"]),
        new("categorical_w_probabilities", ["values", "probabilities"], []),
        new("int_uniform", ["min", "max"], []),
        new("uniform", ["min", "max"], []),
        new("q_uniform", ["min", "max"], ["q"]),
        new("log_uniform_values", ["min", "max"], []),
        new("inv_log_uniform_values", ["min", "max"], []),
        new("q_log_uniform_values", ["min", "max"], ["q"]),
        new("normal", [], ["mu", "sigma"]),
        new("q_normal", [], ["mu", "sigma", "q"]),
        new("log_normal", [], ["mu", "sigma"]),
        new("q_log_normal", [], ["mu", "sigma", "q"]),
        new("beta", [], ["a", "b"]),
        new("q_beta", [], ["a", "b", "q"]),
    ];

    // Their min and max are exponents of e, which W&B's own checker calls out of date: read as values they would be other ranges.
    private static readonly string[] Exponents = ["log_uniform", "inv_log_uniform", "q_log_uniform"];

    // The only ones that have a grid.
    private static readonly string[] GridForms = ["categorical", "int_uniform", "q_uniform"];

    private readonly List<SearchParameter> _parameters = [];
    private readonly List<ConfigurationValue> _constants = [];
    private readonly Dictionary<string, int> _keyLines = new(StringComparer.Ordinal);

    private void ReadParameters(YamlEntry? entry, int line, SweepMethod? method)
    {
        if (entry?.Value is not YamlMapping { Entries: [_, ..] } mapping)
        {
            Add(entry?.Line ?? line, "parameters: at least one key of the configuration, with values or a range", entry?.Value.Kind ?? "no parameters");
            return;
        }

        ReadNested(mapping, "", method);
        if (_parameters.Count == 0 && Problems.Count == 0)
            Add(entry.Line, "at least one parameter with values or a range", "constants only");
    }

    private void ReadNested(YamlMapping mapping, string prefix, SweepMethod? method)
    {
        foreach (var entry in mapping.Entries)
        {
            var name = prefix + entry.Key;
            if (entry.Value is not YamlMapping parameter)
                Add(entry.Line, $"value, values, or min and max for {name}", entry.Value.Kind);
            else if (parameter.Entries is [{ Key: "parameters", Value: YamlMapping inner }])
                ReadNested(inner, name + ".", method);
            else
                ReadParameter(name, entry.Line, parameter, method);
        }
    }

    private void ReadParameter(string name, int line, YamlMapping given, SweepMethod? method)
    {
        var before = Problems.Count;
        var form = FormOf(name, line, given);
        var key = KeyOf(name, line);
        if (form is null || key is null)
            return;
        foreach (var entry in given.Entries.Where(entry => entry.Key != "distribution" && !form.Takes(entry.Key)))
        {
            if (ParameterKeys.Contains(entry.Key))
                Add(entry.Line, $"only {string.Join(", ", form.Required.Concat(form.Optional))} with {form.Name} for {name}", entry.Key);
            else
                AddUnknown(entry, $"key of {name}", ParameterKeys);
        }

        foreach (var missing in form.Required.Where(required => Find(given, required) is null))
            Add(line, $"{missing} for {name}, which is {form.Name}", "none");
        if (!_keyLines.TryAdd(key, line))
            Add(line, $"{key} once", $"again as {name}, first at {At(_keyLines[key])}");
        if (Problems.Count > before)
            return;
        if (form.Name == "constant")
            ReadConstant(key, Find(given, "value")!);
        else if (WhyNotSearched(key) is { } reason)
            Add(line, $"{key} as a constant: {reason}", $"{form.Name}");
        else if (method is SweepMethod.Grid && !GridForms.Contains(form.Name) || (method is SweepMethod.Grid && Find(given, "probabilities") is not null))
            Add(line, $"values, int_uniform or q_uniform for {name}: a grid has only these", form.Name);
        else if (form.Required.Contains("values"))
            ReadCategorical(key, given);
        else
            ReadNumeric(key, form, line, given, method);
    }

    private Form? FormOf(string name, int line, YamlMapping given)
    {
        if (Find(given, "distribution") is { } entry)
        {
            var text = (entry.Value as YamlScalar)?.Value;
            if (text is not null && Exponents.Contains(text))
            {
                var values = text + "_values";
                Add(entry.Line, $"{values} for {name}, whose min and max are the values and not their logarithms{Powers(given)}", text);
                return null;
            }

            if (Forms.FirstOrDefault(form => form.Name == text) is { } named)
                return named;
            var near = text is null ? null : Suggestion.For(text, Forms.Select(form => form.Name));
            var forms = string.Join(", ", Forms.Select(form => form.Name));
            Add(entry.Line, $"one of {forms} for {name}{(near is null ? "" : $"; did you mean {near}?")}", entry.Value.Kind);
            return null;
        }

        var implied = Find(given, "value") is not null ? "constant"
            : Find(given, "values") is not null ? "categorical"
            : Find(given, "min") is { } min && Find(given, "max") is { } max ? IsWhole(min) && IsWhole(max) ? "int_uniform" : "uniform"
            : null;
        if (implied is null)
            Add(line, $"value, values, min and max, or distribution for {name}", given.Entries.Count == 0 ? "nothing"
                : $"only {string.Join(", ", given.Entries.Select(one => one.Key))}");
        return Forms.FirstOrDefault(form => form.Name == implied);

        static bool IsWhole(YamlEntry entry) => entry.Value is YamlScalar { Value: var text } && Whole(text) is not null;
    }

    // What the range would be as values, for whoever has to write it down.
    private static string Powers(YamlMapping given)
    {
        double[] ends =
        [
            .. new[] { "min", "max" }.Select(
                key => Find(given, key)?.Value is YamlScalar { Value: var text } && Number(text) is { } exponent ? Math.Exp(exponent) : double.NaN),
        ];
        return ends.All(end => double.IsFinite(end) && end > 0)
            ? string.Create(CultureInfo.InvariantCulture, $": min: {ends[0]:G4}, max: {ends[1]:G4}") : "";
    }

    private void ReadConstant(string key, YamlEntry entry)
    {
        if (key == "training.time_budget_seconds")
            Add(entry.Line, "no training.time_budget_seconds: what a trial is worth would depend on how fast the machine is", entry.Value.Kind);
        else if (ReadText(key, entry.Value, entry.Line) is { } text)
            _constants.Add(new ConfigurationValue(key, text, At(entry.Line)));
    }

    private void ReadCategorical(string key, YamlMapping given)
    {
        var entry = Find(given, "values")!;
        if (entry.Value is not YamlList { Items: { Count: > 0 and <= MostValues } items })
        {
            Add(entry.Line, $"a list of 1 to {MostValues} values for {key}", entry.Value is YamlList list ? $"{list.Items.Count}" : entry.Value.Kind);
            return;
        }

        var choices = items.Select(item => ReadText(key, item, item.Line)).OfType<string>().ToList();
        if (choices.Count < items.Count)
            return;
        foreach (var twice in choices.GroupBy(choice => choice).Where(group => group.Count() > 1))
            Add(entry.Line, $"each value of {key} once", $"{twice.Key} {twice.Count()} times");
        _parameters.Add(new CategoricalParameter(key, choices, ReadProbabilities(key, Find(given, "probabilities"), choices.Count)));
    }

    private double[]? ReadProbabilities(string key, YamlEntry? entry, int count)
    {
        if (entry is null)
            return null;
        var numbers = entry.Value is YamlList list ? list.Items.Select(item => item is YamlScalar { Value: var text } ? Number(text) : null).ToList() : [];
        if (numbers.Count != count || numbers.Any(number => number is not >= 0))
        {
            Add(entry.Line, $"a list of {count} probabilities for {key}, one for each value",
                entry.Value is YamlList ? $"{numbers.Count(number => number is >= 0)}" : entry.Value.Kind);
            return null;
        }

        var sum = numbers.Sum()!.Value;
        if (Math.Abs(sum - 1) > ProbabilityTolerance)
            Add(entry.Line, $"probabilities for {key} whose sum is 1", sum.ToString("G6", CultureInfo.InvariantCulture));
        return [.. numbers.Select(number => number!.Value / sum)];
    }

    private void ReadNumeric(string key, Form form, int line, YamlMapping given, SweepMethod? method)
    {
        var before = Problems.Count;
        var known = ConfigurationTable.Named(key).First();
        if (known.Kind is not (ValueKind.Integer or ValueKind.Number))
        {
            Add(line, $"values for {key}, which is {known.Expected}", form.Name);
            return;
        }

        var (first, second) = form.Ends is (var one, var other) ? (ReadPart(one.Key, one.Usual), ReadPart(other.Key, other.Usual)) : default;
        double? step = form.Name.StartsWith("q_", StringComparison.Ordinal) ? ReadPart("q", 1) : null;
        if (Problems.Count > before)
            return;
        var kind = form.Name[(form.Name.StartsWith("q_", StringComparison.Ordinal) ? 2 : 0)..];
        if (step <= 0)
            Add(Line("q"), $"q above 0 for {key}", Text(step.Value));
        if (form.Ends.First.Key == "min" && first > second)
            Add(Line("max"), $"max of at least min = {Text(first)} for {key}", Text(second));
        if (kind.EndsWith("log_uniform_values", StringComparison.Ordinal) && first <= 0)
            Add(Line("min"), $"min above 0 for {key}, which has a logarithm", Text(first));
        if (form.Ends.First.Key == "mu" && second <= 0)
            Add(Line("sigma"), $"sigma above 0 for {key}", Text(second));
        if (kind == "beta" && (first <= 0 || second <= 0))
            Add(line, $"a and b above 0 for {key}", $"{Text(first)}, {Text(second)}");
        if (kind == "int_uniform" && (!IsWhole(first) || !IsWhole(second)))
            Add(line, $"whole numbers for min and max of {key}, which is int_uniform", $"{Text(first)}, {Text(second)}");
        var isInteger = kind == "int_uniform" || known.Kind == ValueKind.Integer;
        if (known.Kind == ValueKind.Integer && !IsOfWholes(kind, first, second, step))
            Add(line, $"whole numbers for {key}: int_uniform, log_uniform_values with whole ends, or q with a whole number", form.Name);
        if (Problems.Count > before)
            return;
        if (kind == "int_uniform" && known.Kind == ValueKind.Number)
            _notes.Add($"{key}: min and max are whole numbers, so only whole numbers are tried, as W&B does; {Text(first)}.0 would mean those between, too");
        SearchDistribution distribution = kind switch
        {
            "int_uniform" or "uniform" => new UniformDistribution(first, second),
            "normal" => new NormalDistribution(first, second),
            "log_normal" => new LogNormalDistribution(first, second),
            "beta" => new BetaDistribution(first, second),
            _ => new LogUniformDistribution(first, second), // log(1/x) is uniform where log x is
        };
        var parameter = new NumericParameter(key, distribution, step, isInteger);
        if (method is SweepMethod.Grid && (second - first) / (step ?? 1) >= MostValues)
            Add(line, $"at most {MostValues} values for {key}, which a grid takes all", $"{(second - first) / (step ?? 1) + 1:F0}");
        else if (RequireRange(parameter, line))
            _parameters.Add(parameter);

        double ReadPart(string part, double? usual) => Find(given, part) is { } entry ? ReadNumber(entry) ?? double.NaN : usual ?? double.NaN;

        int Line(string part) => Find(given, part)?.Line ?? line;
    }

    private static bool IsOfWholes(string kind, double first, double second, double? step) =>
        step is { } q ? IsWhole(q)
        : kind == "int_uniform" || (kind.EndsWith("log_uniform_values", StringComparison.Ordinal) && IsWhole(first) && IsWhole(second));

    private static bool IsWhole(double number) => Math.Abs(number) <= LargestWhole && double.IsInteger(number);

    // Both ends, rounded as draws are, have to be values that the key allows.
    private bool RequireRange(NumericParameter parameter, int line)
    {
        var key = parameter.Key;
        var (low, high) = parameter.Distribution switch
        {
            NormalDistribution(var mean, var deviation) => (mean - Deviations * deviation, mean + Deviations * deviation),
            LogNormalDistribution(var mean, var deviation) => (Math.Exp(mean - Deviations * deviation), Math.Exp(mean + Deviations * deviation)),
            BetaDistribution => (NearEnd, 1 - NearEnd),
            var bounded => bounded.Bounds,
        };
        // Where there is no multiple between the bounds, the nearest one lies outside.
        var (least, most) = parameter.Distribution.Bounds;
        if (parameter.Grain is { } grain && parameter.Rounded(low) is var nearest && (nearest < least - grain * Slack || nearest > most + grain * Slack))
        {
            Add(line, $"a multiple of q = {Text(grain)} between min and max for {key}", $"none between {Text(least)} and {Text(most)}");
            return false;
        }

        var refused = new[] { low, high }.Select(parameter.Text).Where(text => Canonical(key, text) is null).Distinct().ToList();
        if (refused.Count == 0)
            return true;
        var draws = parameter.Distribution is NormalDistribution or LogNormalDistribution ? $" (mu and {Deviations} sigma to either side)" : "";
        Add(line, $"a range of {key} within what it allows, {ConfigurationTable.Named(key).First().Expected}", $"{string.Join(" and ", refused)}{draws}");
        return false;
    }

    private string? ReadText(string key, YamlTree tree, int line)
    {
        var known = ConfigurationTable.Named(key).First();
        if (tree is not YamlScalar { Value: var text })
        {
            Add(line, $"{known.Expected} for {key}", tree.Kind);
            return null;
        }

        if (key == ConfigurationResolver.ModelKey && ModelFile.IsPath(text))
            text = Path.GetFullPath(Path.Combine(folder, text));
        if (known.Kind == ValueKind.Flag)
            text = text switch { "True" or "TRUE" or "yes" or "on" => "true", "False" or "FALSE" or "no" or "off" => "false", _ => text };
        if (Canonical(key, text) is { } canonical)
            return canonical;
        var near = Suggestion.For(text, known.Choices);
        Add(line, $"{known.Expected} for {key}{(near is null ? "" : $"; did you mean {near}?")}", tree.Kind);
        return null;
    }

    // The text as a configuration writes the value: 0.001 for 1e-3. Null: none of the records that have the key allows it.
    private static string? Canonical(string key, string text) => ConfigurationTable.Named(key)
        .Select(known => known.TrySet(Holding(known), text) is { } set ? known.Read(set) : null).FirstOrDefault(written => written is not null);

    private static RunConfiguration Holding(ConfigurationKey key) => key.OwnerName is { } owner
        ? ConfigurationTable.Named($"{key.Section}.{ConfigurationKey.NameKey}").Single().TrySet(new RunConfiguration(), owner)!
        : new RunConfiguration();

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A kind of parameter with the keys that it has.</summary>
    private sealed record Form(string Name, IReadOnlyList<string> Required, IReadOnlyList<string> Optional)
    {
        /// <summary>The two numbers that a distribution has, with their usual values where they have some.</summary>
        public ((string Key, double? Usual) First, (string Key, double? Usual) Second) Ends =>
            Optional.Contains("mu") ? (("mu", 0), ("sigma", 1)) : Optional.Contains("a") ? (("a", 1), ("b", 1)) : (("min", null), ("max", null));

        public bool Takes(string key) => Required.Contains(key) || Optional.Contains(key);
    }
}
