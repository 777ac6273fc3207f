using System.Text;

namespace Weft.Training;

/// <summary>A checked configuration and where each of its values came from.</summary>
internal sealed record ResolvedConfiguration(RunConfiguration Value, IReadOnlyDictionary<string, string> Origins)
{
    /// <summary>The recipe it was built on, or null.</summary>
    public string? RecipeName { get; init; }

    /// <summary>Sentences for people about values of files and recipes that mean nothing here, such as another optimizer's options.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>"default" for what nobody set.</summary>
    public string Origin(string key) => Origins.GetValueOrDefault(key, "default");

    /// <summary>The same configuration with one more value; used when a run is continued with more epochs or forked.</summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: unknown key or refused value.</exception>
    public ResolvedConfiguration With(params IReadOnlyList<ConfigurationValue> overrides) => ConfigurationResolver.Override(this, overrides);

    /// <summary>
    /// The file that reproduces this configuration: every key that means something in it, its origin as comment. Reading it back gives the same values.
    /// </summary>
    public string ToYaml()
    {
        var text = new StringBuilder();
        text.Append("# Every value of this run. A training with this file as its configuration is the same again.\n");
        text.Append($"recipe: none  # {(RecipeName is null ? "no recipe was used" : $"the values of {RecipeName} are already in here")}\n");
        foreach (var note in Notes)
            text.Append($"# {note}\n");
        foreach (var section in ConfigurationTable.Of(Value).GroupBy(key => key.Section))
        {
            text.Append($"{section.Key}:\n");
            foreach (var key in section)
                text.Append($"  {key.OptionName}: {Scalar(key, key.Read(Value))}  # {Origin(key.Name)}\n");
        }

        return text.ToString();
    }

    // Texts are double-quoted where YAML could read something else into them; the other kinds cannot be misread.
    private static string Scalar(ConfigurationKey key, string value) =>
        key.Kind != ValueKind.Text || value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '/' or '.')
            ? value
            : "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
