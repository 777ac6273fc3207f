using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>The JSON schema of model files, for editors that complete and check them.</summary>
internal static class ModelFileSchema
{
    /// <summary>JSON Schema 2020-12, indented.</summary>
    public static string Json()
    {
        var kinds = new JsonObject();
        foreach (var kind in LayerTypes.Kinds)
            kinds[kind.Name] = Of(kind);
        var layer = new JsonArray(
            new JsonObject { ["type"] = "array", ["items"] = Reference("layer"), ["description"] = "Layers one after the other." },
            new JsonObject
            {
                ["enum"] = new JsonArray(
                [.. LayerTypes.Kinds.Where(kind => kind.Required.Count == 0).Select(kind => JsonValue.Create(kind.Name))])
            },
            new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["additionalProperties"] = false, ["properties"] = kinds });
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Weft model file",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("layers"),
            ["properties"] = new JsonObject
            {
                ["name"] = new JsonObject
                {
                    ["type"] = "string", ["pattern"] = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
                    ["description"] = "The network's name; else the file's."
                },
                ["input"] = new JsonObject
                {
                    ["type"] = "string", ["pattern"] = "^[0-9]+x[0-9]+(x[0-9]+)?$",
                    ["description"] = "Height x width x channels; has to be the data's, whose shape is taken without it."
                },
                ["layers"] = Reference("layer"),
            },
            ["$defs"] = new JsonObject { ["layer"] = new JsonObject { ["anyOf"] = layer } },
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static JsonObject Of(LayerKind kind)
    {
        var keys = new JsonObject();
        foreach (var key in kind.Keys)
            keys[key.Name] = Of(key);
        var full = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = keys };
        if (kind.Required.Count > 0)
            full["required"] = new JsonArray([.. kind.Required.Select(key => JsonValue.Create(key.Name))]);
        // The only value a layer needs may stand without its key.
        return kind.Required is [var only] ? new JsonObject { ["anyOf"] = new JsonArray(Of(only), full) } : full;
    }

    private static JsonNode Of(LayerKey key)
    {
        if (key.IsLayer)
            return Reference("layer");
        if (key.IsLayers)
            return new JsonObject { ["type"] = "array", ["items"] = Reference("layer") };
        if (key.Type == typeof(int))
        {
            var number = Number();
            return key.MayBeClasses ? new JsonObject { ["anyOf"] = new JsonArray(number, new JsonObject { ["const"] = ModelFileReader.ClassesWord }) } : number;
        }

        if (key.IsWindow)
            return new JsonObject
            {
                ["anyOf"] = key.Type == typeof(Padding2d) ? new JsonArray(Number(), Numbers(2), Numbers(4))
                : new JsonArray(Number(), Numbers(2))
            };
        if (key.Type == typeof(double))
            return new JsonObject { ["type"] = "number" };
        return key.Type == typeof(bool) ? new JsonObject { ["type"] = "boolean" }
            : new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9_-]{0,64}$" };
    }

    private static JsonObject Number() => new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = ModelFileReader.LargestNumber };

    private static JsonObject Numbers(int count) => new() { ["type"] = "array", ["items"] = Number(), ["minItems"] = count, ["maxItems"] = count };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };
}
