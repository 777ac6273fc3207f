using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Weft.Tests.Shared;

/// <summary>The keys and value types of every document that an assembly writes or reads, from its serializer contexts.</summary>
internal static class DocumentShapes
{
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var context in assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext)))
            .OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            var options = ((JsonSerializerContext)context.GetProperty("Default", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!).Options;
            var documents = context.GetCustomAttributesData().Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
                .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!);
            foreach (var document in documents)
                Write(text, $"{context.Name}: {document.Name}", options.GetJsonSchemaAsNode(document), 0, isRequired: true);
        }

        return text.ToString();
    }

    // A line for each key: its name, a question mark where a reader does without it, and the type of its value.
    private static void Write(StringBuilder text, string name, JsonNode schema, int depth, bool isRequired)
    {
        text.Append(' ', 2 * depth).Append(name).Append(isRequired ? "" : "?").Append(": ").Append(TypeOf(schema)).Append('\n');
        WriteParts(text, schema, depth + 1);
    }

    private static void WriteParts(StringBuilder text, JsonNode schema, int depth)
    {
        if (schema is not JsonObject known)
            return;
        var required = known["required"]?.AsArray().Select(key => key!.GetValue<string>()).ToHashSet() ?? [];
        foreach (var (key, value) in known["properties"]?.AsObject() ?? [])
            Write(text, key, value!, depth, required.Contains(key));
        foreach (var part in new[] { "items", "additionalProperties" }.Select(key => known[key]).OfType<JsonObject>())
            WriteParts(text, part, depth);
        foreach (var (number, choice) in (known["anyOf"]?.AsArray() ?? []).Index())
            Write(text, $"form {number + 1}", choice!, depth, isRequired: true);
    }

    private static string TypeOf(JsonNode schema)
    {
        if (schema is not JsonObject known)
            return "any";
        if (known["$ref"] is { } reference)
            return $"as {reference}";
        var types = (known["type"] switch
        {
            JsonArray several => several.Select(one => one!.GetValue<string>()),
            JsonValue one => [one.GetValue<string>()],
            _ => known["enum"] is JsonArray ? ["string"] : known["anyOf"] is null ? ["any"] : ["one of"],
        }).Select(type => type == "array" && known["items"] is { } items ? $"array of {TypeOf(items)}" : type == "object"
            && known["additionalProperties"] is { } values ? $"map of {TypeOf(values)}" : type);
        var choices = known["enum"] is JsonArray named ? $" {string.Join(", ", named.Select(value => value?.ToString() ?? "null"))}" : "";
        return string.Join(" or ", types) + choices;
    }
}
