using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>The JSON schema of configuration files, for editors that complete and check them.</summary>
internal static class ConfigurationSchema
{
    /// <summary>JSON Schema 2020-12, indented.</summary>
    public static string Json()
    {
        var sections = new JsonObject { ["recipe"] = new JsonObject { ["type"] = "string", ["description"] = "The recipe this file builds on, or none." } };
        foreach (var section in ConfigurationTable.Keys.GroupBy(key => key.Section))
        {
            var keys = new JsonObject();
            foreach (var key in section.GroupBy(key => key.OptionName))
                keys[key.Key] = Of([.. key]);
            foreach (var (former, now) in FormerKeys.Renamed.Where(pair => pair.Key.StartsWith(section.Key + ".", StringComparison.Ordinal)))
            {
                var renamed = Of([.. ConfigurationTable.Named(now)]);
                (renamed["description"], renamed["deprecated"]) = ($"The former name of {now}.", true);
                keys[former[(section.Key.Length + 1)..]] = renamed;
            }

            sections[section.Key] = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = keys };
        }

        sections[ConfigurationResolver.RecipeKey] = new JsonObject
        {
            ["type"] = "string", ["enum"] = new JsonArray([.. Recipe.Names.Append("none").Select(name => JsonValue.Create(name))]),
            ["description"] = "The recipe it builds on; none for the file alone.",
        };
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Weft run configuration",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = sections,
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    // Records that have an option of the same name may differ in its range and default: then the widest range holds and no default is told.
    private static JsonObject Of(IReadOnlyList<ConfigurationKey> same)
    {
        var key = same[0];
        var value = new JsonObject
        {
            ["type"] = key.Kind switch { ValueKind.Integer => "integer", ValueKind.Number => "number", ValueKind.Flag => "boolean", _ => "string" },
        };
        var choices = new JsonArray([.. key.Choices.Select(choice => JsonValue.Create(choice))]);
        if (key.OtherTexts is { } pattern)
            value["anyOf"] = new JsonArray(new JsonObject { ["enum"] = choices }, new JsonObject { ["pattern"] = pattern });
        else if (key.Choices.Count > 0)
            value["enum"] = choices;
        var (lowest, highest) = (same.Min(one => one.Minimum), same.Max(one => one.Maximum));
        if (double.IsFinite(lowest))
            value[same.All(one => one.AboveMinimum || one.Minimum > lowest) ? "exclusiveMinimum" : "minimum"] = lowest;
        if (double.IsFinite(highest))
            value[same.All(one => one.BelowMaximum || one.Maximum < highest) ? "exclusiveMaximum" : "maximum"] = highest;
        var schema = key.MayBeNone ? new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["enum"] = new JsonArray("none", null) }) } : value;
        schema["description"] = Describe(same);
        if (same.Select(one => one.DefaultValue).Distinct().Count() == 1)
            schema["default"] = ToJson(key.DefaultValue) ?? "none";
        return schema;
    }

    /// <summary>A key's value (<see cref="ConfigurationKey.ReadValue"/>).</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        bool flag => flag,
        int whole => whole,
        long whole => whole,
        double number => number,
        _ => (string)value,
    };

    // Names the records that have the option, unless all do.
    private static string Describe(IReadOnlyList<ConfigurationKey> same)
    {
        var all = ConfigurationTable.Named($"{same[0].Section}.{ConfigurationKey.NameKey}").SingleOrDefault()?.Choices.Count ?? 0;
        var texts = same.GroupBy(key => key.Help).Select(group =>
            group.First().OwnerName is null || group.Count() == all ? group.Key : $"{string.Join(", ", group.Select(key => key.OwnerName))}: {group.Key}");
        return string.Join(" ", texts);
    }
}
