namespace Weft.Training;

/// <summary>The named configurations that come with the program, <c>group/name</c>, one file each.</summary>
internal static class Recipe
{
    /// <summary>Found by its bare name where several groups have it.</summary>
    private const string FirstGroup = "tuned";

    /// <summary>For a few epochs: what a model is trained by when only its name is said.</summary>
    private const string PlainGroup = "plain";

    private const string Prefix = "Weft.Training.Recipes.";

    /// <summary>"tuned/cnn5" and so on.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Recipe).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".yaml", StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^".yaml".Length].Replace('.', '/'))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The full name for a full or bare one, or null.</summary>
    public static string? Find(string name) =>
        Names.FirstOrDefault(known => known == name)
        ?? Names.FirstOrDefault(known => known == $"{FirstGroup}/{name}")
        ?? (Names.Where(known => known.EndsWith("/" + name, StringComparison.Ordinal)).ToList() is [var single] ? single : null);

    /// <summary>What a model is trained by when nothing else is said: the plain recipe of its name, else the first tuned one for it, or null.</summary>
    internal static string? ForModel(string model) =>
        Names.FirstOrDefault(name => name == $"{PlainGroup}/{model}") ?? Find(model) ?? Names.FirstOrDefault(name =>
        name.StartsWith(FirstGroup + "/", StringComparison.Ordinal)
            && ConfigurationYaml.Read(Text(name), "", []).Any(value => value.Key == "model.name" && value.Text == model));

    /// <exception cref="WeftException">There is no such recipe.</exception>
    public static string Text(string name)
    {
        var found = Find(name) ?? throw Unknown(name);
        using var stream = typeof(Recipe).Assembly.GetManifestResourceStream(Prefix + found.Replace('/', '.') + ".yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static WeftException Unknown(string name)
    {
        var near = Suggestion.For(name, Names.Select(known => known[(known.IndexOf('/') + 1)..]));
        return new WeftException(ErrorKind.InvalidInput, $"there is no recipe '{name}'" + (near is null ? "" : $"; did you mean '{near}'?"))
        {
            Where = "--recipe",
            Expected = "one of " + string.Join(", ", Names),
            Found = name,
            Safe = "nothing was touched",
        };
    }
}
