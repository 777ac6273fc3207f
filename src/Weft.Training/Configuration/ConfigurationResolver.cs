using System.Text;

namespace Weft.Training;

/// <summary>Where a configuration comes from. Later ones win: defaults, recipe, file, overrides in their order.</summary>
internal sealed record ConfigurationSources
{
    /// <value>A recipe's name. Default: none, which means the one named like the model, if there is one.</value>
    public string? Recipe { get; init; }

    /// <value>The path of a YAML file. Default: none.</value>
    public string? File { get; init; }

    /// <value>The text of <see cref="File"/>, where it has been read already. Default: it is read.</value>
    internal string? FileText { get; init; }

    /// <value>What the command line sets, flags and <c>--set</c> alike. Default: nothing.</value>
    public IReadOnlyList<ConfigurationValue> Overrides { get; init; } = [];
}

internal static class ConfigurationResolver
{
    /// <summary>In a file: the recipe it builds on, "none" for nothing but the file itself.</summary>
    internal const string RecipeKey = "recipe";

    internal const string ModelKey = "model.name";

    internal const string CorrectionsKey = "data.corrections";

    /// <summary>With these words begins the origin of what a file says.</summary>
    internal const string FileOrigin = "file ";

    /// <summary>Reads <c>key=value</c> as <c>--set</c> takes it.</summary>
    /// <exception cref="WeftException">There is no '='.</exception>
    public static ConfigurationValue ParseSet(string text)
    {
        var at = text.IndexOf('=');
        if (at <= 0)
            throw new WeftException(ErrorKind.InvalidInput, "--set needs key=value")
            {
                Where = "--set", Expected = "key=value", Found = text, Next = new ShowConfiguration(),
            };
        return new ConfigurationValue(text[..at].Trim(), text[(at + 1)..].Trim(), "--set");
    }

    /// <exception cref="WeftException">2 with all violations at once: unknown keys, wrong types, values out of range; or no such recipe or
    /// file.</exception>
    public static ResolvedConfiguration Resolve(ConfigurationSources sources)
    {
        var problems = new List<Problem>();
        var overrides = sources.Overrides.Select(value => Located(value, "")).ToList();
        List<ConfigurationValue> file = sources.File is null ? [] :
            [
                .. ConfigurationYaml.Read(sources.FileText ?? ReadFile(sources.File), FileOrigin + sources.File, problems)
                    .Select(value => Located(value, Path.GetDirectoryName(sources.File)!)),
            ];
        var recipeName = sources.Recipe
            ?? file.LastOrDefault(value => value.Key == RecipeKey)?.Text
            ?? ImplicitRecipe([.. file, .. overrides]);
        IReadOnlyList<ConfigurationValue> recipe = [];
        if (recipeName is not (null or "none"))
        {
            recipeName = Recipe.Find(recipeName) ?? recipeName; // Text says it when there is none
            recipe = [.. ConfigurationYaml.Read(Recipe.Text(recipeName), "", problems).Select(value => value with { Origin = $"recipe {recipeName}" })];
        }

        var start = new ResolvedConfiguration(new RunConfiguration(), new Dictionary<string, string>())
        {
            RecipeName = recipeName is "none" ? null : recipeName,
        };
        IReadOnlyList<ConfigurationValue> written =
            [.. AugmentationPresets.Expand(recipe), .. AugmentationPresets.Expand([.. file.Where(value => value.Key != RecipeKey)])];
        return Checked(new ConfigurationValues(start, problems).Apply(written, [.. AugmentationPresets.Expand(overrides)]), problems);
    }

    /// <summary>A configuration that was put together in C#, once its values were found to be right.</summary>
    /// <exception cref="WeftException">2 with all violations at once.</exception>
    internal static ResolvedConfiguration Check(RunConfiguration configuration)
    {
        var origins = ConfigurationTable.Of(configuration)
            .Where(key => !Equals(key.ReadValue(configuration), key.DefaultValue)).ToDictionary(key => key.Name, _ => "C#");
        return Checked(new ResolvedConfiguration(configuration, origins), []);
    }

    internal static ResolvedConfiguration Override(ResolvedConfiguration configuration, IEnumerable<ConfigurationValue> overrides)
    {
        var problems = new List<Problem>();
        return Checked(new ConfigurationValues(configuration, problems).Apply([], [.. overrides.Select(value => Located(value, ""))]), problems);
    }

    private static ResolvedConfiguration Checked(ResolvedConfiguration resolved, List<Problem> problems)
    {
        ConfigurationRules.Check(resolved, problems);
        return problems.Count == 0 ? resolved : throw Mistakes.ToError(problems, "the configuration");
    }

    // A file lies where the one who names it sees it: beside the configuration file, or from the current folder.
    private static ConfigurationValue Located(ConfigurationValue value, string folder) =>
        (value.Key == ModelKey && ModelFile.IsPath(value.Text)) || (value.Key == CorrectionsKey && value.Text != OptionKey.Write(null))
            ? value with { Text = Path.GetFullPath(Path.Combine(folder, value.Text)) } : value;

    private static string? ImplicitRecipe(IReadOnlyList<ConfigurationValue> values)
    {
        var usual = new ModelConfiguration().Name;
        var model = values.LastOrDefault(value => value.Key == ModelKey)?.Text ?? usual;
        return Recipe.ForModel(model == usual ? "default" : model);
    }

    private static string ReadFile(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path, YamlTree.MaximumBytes)).TrimStart('\uFEFF');
        }
        catch (Exception cause) when (DiskFailure.Is(cause) || cause is ArgumentException or NotSupportedException)
        {
            throw new WeftException(ErrorKind.InvalidInput, "the configuration file cannot be read", cause)
            {
                Where = path, Expected = "a YAML file", Found = cause.Message, Safe = "nothing was touched",
            };
        }
    }
}
