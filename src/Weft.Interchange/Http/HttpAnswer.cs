using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Weft.Interchange;

/// <summary>What a server answered, read whole.</summary>
internal sealed record HttpAnswer(HttpStatusCode Status, HttpResponseHeaders Headers, byte[] Body)
{
    private const int LongestExcerpt = 200;

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body as a JSON object; null when it is something else (a proxy's page, half an answer).</summary>
    public JsonElement? Object()
    {
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>For people: the status and the beginning of what the server said.</summary>
    public string Describe(Secret? secret)
    {
        var text = Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 4 * LongestExcerpt))); // a letter has at most 4 bytes
        text = string.Concat((secret?.RemoveFrom(text) ?? text).Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        return $"status {(int)Status}" + (text.Length == 0 ? "" : ": " + (text.Length > LongestExcerpt ? text[..LongestExcerpt] + "…" : text));
    }
}
