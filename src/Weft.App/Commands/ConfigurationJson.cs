using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>A configuration for <c>--json</c>: each key with its value and where that came from.</summary>
internal static class ConfigurationJson
{
    public static JsonObject Of(ResolvedConfiguration resolved) => new(ConfigurationTable.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)new JsonObject
    {
        ["value"] = key.ReadValue(resolved.Value) switch
        {
            null => null,
            bool flag => flag,
            int whole => whole,
            long whole => whole,
            double number => number,
            _ => key.Read(resolved.Value),
        },
        ["origin"] = resolved.Origin(key.Name),
    })));
}
