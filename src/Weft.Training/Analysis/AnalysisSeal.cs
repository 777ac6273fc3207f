using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Weft.Training;

/// <summary>
/// SHA-256 over a stored document of an analysis, kept as its key <c>sha256</c>: what was changed since it was written is not believed, for it can be made
/// anew. Documents of 0.1 have no such key.
/// </summary>
internal static class AnalysisSeal
{
    private const string Key = "sha256";

    /// <summary>The document with its digest.</summary>
    public static JsonObject Apply(JsonObject document)
    {
        document[Key] = Digest(document);
        return document;
    }

    /// <summary>Whether the document, without its digest from now on, is what was sealed.</summary>
    public static bool IsIntact(JsonObject document) =>
        document[Key] is JsonValue value && value.TryGetValue<string>(out var written) && document.Remove(Key) && written == Digest(document);

    // Over the text that a parsed and a built document share.
    private static string Digest(JsonObject document) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonNode.Parse(document.ToJsonString())!.ToJsonString())));
}
