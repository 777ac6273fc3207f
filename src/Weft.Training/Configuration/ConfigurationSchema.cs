using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>The JSON schema of configuration files, for editors that complete and check them.</summary>
public static class ConfigurationSchema
{
    /// <summary>JSON Schema 2020-12, indented.</summary>
    public static string Json()
    {
        var sections = new JsonObject { ["recipe"] = new JsonObject { ["type"] = "string", ["description"] = "The recipe this file builds on, or none." } };
        foreach (var section in ConfigurationTable.Keys.GroupBy(key => key.Name[..key.Name.IndexOf('.')]))
        {
            var keys = new JsonObject();
            foreach (var key in section)
                keys[key.Name[(section.Key.Length + 1)..]] = Of(key);
            sections[section.Key] = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = keys };
        }

        sections[ConfigurationResolver.RecipeKey] = new JsonObject
        {
            ["type"] = "string", ["enum"] = new JsonArray([.. Recipe.Names.Append("none").Select(name => JsonValue.Create(name))]), ["description"] = "The recipe it builds on; none for the file alone.",
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

    private static JsonObject Of(ConfigurationKey key)
    {
        var value = new JsonObject
        {
            ["type"] = key.Kind switch { ValueKind.Integer => "integer", ValueKind.Number => "number", ValueKind.Flag => "boolean", _ => "string" },
        };
        var choices = new JsonArray([.. key.Choices.Select(choice => JsonValue.Create(choice))]);
        if (key.Choices.Count > 0 && key.Others is null)
            value["enum"] = choices;
        else if (key.Others is not null) // the only such key names a model, or a file of one
            value["anyOf"] = new JsonArray(new JsonObject { ["enum"] = choices }, new JsonObject { ["pattern"] = "\\.[Yy][Aa]?[Mm][Ll]$" });
        if (double.IsFinite(key.Minimum))
            value[key.AboveMinimum ? "exclusiveMinimum" : "minimum"] = key.Minimum;
        if (double.IsFinite(key.Maximum))
            value["maximum"] = key.Maximum;
        var schema = key.MayBeNone ? new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["enum"] = new JsonArray("none", null) }) } : value;
        schema["description"] = key.Help;
        schema["default"] = key.ReadValue(new RunConfiguration()) switch
        {
            bool flag => flag,
            int whole => whole,
            long whole => whole,
            double number => number,
            _ => key.Read(new RunConfiguration()),
        };
        return schema;
    }
}
