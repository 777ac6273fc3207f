using System.Text.RegularExpressions;

namespace Weft.Training;

/// <summary>The configurations of a sweep's trials.</summary>
/// <param name="overrides">Values over those of the file, of whoever runs the sweep.</param>
internal sealed partial class SweepFileTrials(SweepDefinition definition, IReadOnlyList<ConfigurationValue> overrides)
{
    private const string BestMetricKey = "checkpoint.best_metric";
    private const string Origin = "sweep";

    private const long MostPoints = 10_000;
    private const int RandomPoints = 256;
    private const int MostCorners = 256;

    // The share of draws below the mean − 4 deviations: further out nothing is checked beforehand.
    private const double Tail = 3.167e-5;

    private readonly ResolvedConfiguration _recipe = ConfigurationResolver.Resolve(new ConfigurationSources { Recipe = RecipeOf(definition, overrides) });
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>A trial's configuration, as <see cref="SweepFile.Configuration"/> gives it.</summary>
    /// <param name="settings">A parameter whose setting is null stays as the recipe and the constants have it.</param>
    public ResolvedConfiguration Configuration(IReadOnlyList<string?>? settings)
    {
        List<ConfigurationValue> values =
        [
            new(BestMetricKey, definition.Metric.Name, Origin),
            .. definition.Constants,
            .. Given(settings).Select(pair => new ConfigurationValue(pair.Key, pair.Text, Origin)),
            .. overrides,
        ];
        // First which records the sections hold, then the values that mean something with them.
        var records = values.Where(value => ConfigurationTable.Named(value.Key).Any(key => key.RecordKind is not null)).ToList();
        var held = new ConfigurationValues(_recipe, []).Apply([], records).Value;
        values.RemoveAll(value => !IsUsed(value.Key, held));
        _used.UnionWith(values.Select(value => value.Key));
        return _recipe.With([.. AugmentationPresets.Expand(values)]);
    }

    /// <summary>Looks at configurations before the first trial, as <see cref="SweepFile.Check"/> says.</summary>
    public void Check()
    {
        var problems = new Dictionary<(string, string), Problem>();
        foreach (var settings in Points())
        {
            foreach (var problem in Refused(settings).Where(problem => !problems.ContainsKey(Kind(problem))))
            {
                var with = string.Join(", ", Given(Fewest(settings, problem)).Select(pair => $"{pair.Key}={pair.Text}"));
                problems.Add(Kind(problem), problem with { Found = problem.Found + (with.Length == 0 ? " without any settings" : $" with {with}") });
            }
        }

        foreach (var (key, where) in definition.Constants.Select(value => (value.Key, value.Origin))
            .Concat(definition.Space.Parameters.Select(parameter => (parameter.Key, Origin: parameter.Key))).Where(pair => !_used.Contains(pair.Key)))
        {
            var name = $"{key[..key.IndexOf('.')]}.{ConfigurationKey.NameKey}";
            var owners = ConfigurationTable.Named(key).Select(known => known.OwnerName).Distinct();
            problems.Add((where, key), new Problem(where, $"{name} to be {string.Join(" or ", owners)} in some trial, for {key}", "no such trial"));
        }

        if (problems.Count > 0)
            throw Mistakes.ToError([.. problems.Values], "the sweep");
    }

    private IReadOnlyList<Problem> Refused(IReadOnlyList<string?>? settings)
    {
        try
        {
            Configuration(settings);
            return [];
        }
        catch (WeftException refused) when (refused.Kind == ErrorKind.InvalidInput)
        {
            return refused.Problems;
        }
    }

    // The settings without those that the problem would be there without, too.
    private string?[]? Fewest(IReadOnlyList<string?>? settings, Problem problem)
    {
        if (settings is null)
            return null;
        string?[] fewest = [.. settings];
        for (var i = 0; i < fewest.Length; i++)
        {
            var text = fewest[i];
            fewest[i] = null;
            if (!Refused(fewest).Select(Kind).Contains(Kind(problem)))
                fewest[i] = text;
        }

        return fewest;
    }

    // The same place and the same sentence, whatever numbers are in it.
    private static (string Where, string Expected) Kind(Problem problem) => (problem.Where, Numbers().Replace(problem.Expected, "#"));

    [GeneratedRegex(@"\d[\d.]*(E[+-]\d+)?")]
    private static partial Regex Numbers();

    private IEnumerable<(string Key, string Text)> Given(IReadOnlyList<string?>? settings) =>
        (settings ?? []).Zip(definition.Space.Parameters, (text, parameter) => (parameter.Key, Text: text!)).Where(pair => pair.Text is not null);

    private IEnumerable<IReadOnlyList<string?>?> Points()
    {
        yield return null;
        var parameters = definition.Space.Parameters;
        if (definition.Method == SweepMethod.Grid && new GridMethod(definition.Space, definition.Seed) is { Points: <= MostPoints } grid)
        {
            for (var index = 0L; index < grid.Points; index++)
                yield return grid.At(index);
            yield break;
        }

        var rng = Rng.For(definition.Seed, RngPurpose.Search);
        for (var i = 0; i < parameters.Count; i++)
        {
            foreach (var (index, text) in Values(parameters[i]).Index())
            {
                string[] settings = [.. definition.Space.Draw(rng.Derive(i).Derive(index))];
                settings[i] = text;
                yield return settings;
            }
        }

        var corners = parameters.Count < 31 ? Math.Min(1 << parameters.Count, MostCorners) : MostCorners;
        for (var corner = 0; corner < corners; corner++)
        {
            var ends = corners < MostCorners ? (ulong)corner : rng.UInt64(corner);
            yield return [.. parameters.Select((parameter, index) => Values(parameter)[(ends >> (index % 64) & 1) == 0 ? 0 : ^1])];
        }

        for (var point = 0; point < RandomPoints; point++)
            yield return definition.Space.Draw(rng.Derive(parameters.Count).Derive(point));
    }

    // The choices, or both ends.
    private static IReadOnlyList<string> Values(SearchParameter parameter) => parameter switch
    {
        CategoricalParameter categorical => categorical.Choices,
        NumericParameter { Distribution: UniformDistribution or LogUniformDistribution or BetaDistribution } => [parameter.Draw(0), parameter.Draw(1 - 1e-16)],
        _ => [parameter.Draw(Tail), parameter.Draw(1 - Tail)],
    };

    // A key that does not exist at all stays, so that it is refused.
    private static bool IsUsed(string name, RunConfiguration configuration) =>
        ConfigurationTable.Find(name, configuration) is not null || !ConfigurationTable.Named(name).Any();

    // One for all trials, whatever network they have.
    private static string RecipeOf(SweepDefinition definition, IReadOnlyList<ConfigurationValue> overrides) => definition.Recipe
        ?? ConfigurationResolver.Resolve(new ConfigurationSources
        {
            Overrides = [.. definition.Constants.Concat(overrides).Where(value => value.Key == ConfigurationResolver.ModelKey)],
        }).RecipeName ?? "none";
}
