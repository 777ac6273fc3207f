using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>A configuration for <c>--json</c>: each key with its value and where that came from.</summary>
internal static class ConfigurationJson
{
    public static JsonObject Of(ResolvedConfiguration resolved) => new(ConfigurationTable.Of(resolved.Value).Select(key =>
        KeyValuePair.Create(key.Name, (JsonNode?)new JsonObject
        {
            ["value"] = ConfigurationSchema.ToJson(key.ReadValue(resolved.Value)),
            ["origin"] = resolved.Origin(key.Name),
        })));
}
