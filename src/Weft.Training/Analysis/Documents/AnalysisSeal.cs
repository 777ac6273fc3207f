using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Weft.Training;

/// <summary>
/// SHA-256 over a stored document of an analysis, kept as its key <c>sha256</c>: what was changed since it was written is not believed, for it can be made
/// anew. Documents of 0.1 have no such key.
/// </summary>
internal static class AnalysisSeal
{
    private const string Key = "sha256";

    /// <summary>The document's text with its digest.</summary>
    public static string Write<T>(T document, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToNode(document, type)!.AsObject();
        json[Key] = Digest(json);
        return json.ToJsonString(type.Options) + "\n";
    }

    /// <returns>Null where the text, without its digest, is not what was sealed.</returns>
    /// <exception cref="JsonException">The text is no JSON, or another document.</exception>
    public static T? Read<T>(ReadOnlySpan<byte> text, JsonTypeInfo<T> type)
        where T : class =>
        JsonNode.Parse(text) is JsonObject json && json[Key] is JsonValue value && value.TryGetValue<string>(out var written)
            && json.Remove(Key) && written == Digest(json)
            ? json.Deserialize(type)
            : null;

    // Over the text that a parsed and a built document share.
    private static string Digest(JsonObject document) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonNode.Parse(document.ToJsonString())!.ToJsonString())));
}
