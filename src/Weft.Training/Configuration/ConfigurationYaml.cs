namespace Weft.Training;

/// <summary>One value as a source gave it.</summary>
/// <param name="Key">Dotted.</param>
/// <param name="Origin">For people: "default", "recipe tuned/cnn5", "file x.yaml:12", "--epochs".</param>
public sealed record ConfigurationValue(string Key, string Text, string Origin);

/// <summary>Reads configuration files: nested mappings of scalars. Section names and keys may also be joined by dots.</summary>
internal static class ConfigurationYaml
{
    private const int MaximumDepth = 8;

    /// <param name="text">The file.</param>
    /// <param name="origin">Stands before ":line" in the origin of each value.</param>
    /// <param name="problems">Takes what is not such a file; nothing is thrown.</param>
    public static IReadOnlyList<ConfigurationValue> Read(string text, string origin, List<Problem> problems)
    {
        var values = new List<ConfigurationValue>();
        switch (YamlTree.Read(text, origin, problems))
        {
            case null or YamlScalar { Value.Length: 0 }:
                return []; // comments only, or what is wrong has been said
            case YamlMapping file:
                Add(file, "", 0);
                break;
            case var other:
                problems.Add(new Problem($"{origin}:{other.Line}", "key: value lines", other.Kind));
                break;
        }

        foreach (var twice in values.GroupBy(value => value.Key).Where(group => group.Count() > 1))
            problems.Add(new Problem(twice.Last().Origin, $"{twice.Key} once", $"again, first at {twice.First().Origin}"));
        return values;

        void Add(YamlMapping mapping, string prefix, int depth)
        {
            if (depth > MaximumDepth)
            {
                problems.Add(new Problem($"{origin}:{mapping.Line}", $"at most {MaximumDepth} levels", "more"));
                return;
            }

            foreach (var entry in mapping.Entries)
            {
                var (key, where) = (prefix + entry.Key, $"{origin}:{entry.Line}");
                if (entry.Value is YamlMapping inner)
                    Add(inner, key + ".", depth + 1);
                else if (entry.Value is YamlScalar scalar)
                    values.Add(new ConfigurationValue(key, scalar.Value, where));
                else
                    problems.Add(new Problem(where, $"one value for {key}", entry.Value.Kind));
            }
        }
    }
}
