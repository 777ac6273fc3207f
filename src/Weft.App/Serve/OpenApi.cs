using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weft.Training;

namespace Weft.App;

/// <summary>What <c>/openapi/v1.json</c> says: the description of the routes, which stands in a file, with the model's own names and sizes.</summary>
internal static class OpenApi
{
    private static readonly string Template = EmbeddedText.Read("Serve.Assets.openapi.json");

    public static JsonObject Document(string name, PredictionPool pool) => JsonNode.Parse(Text(name, pool))!.AsObject();

    public static string Text(string name, PredictionPool pool)
    {
        var shape = pool.Shape;
        return Template.Replace("{model}", Escape(name)).Replace("{version}", Product.Version).Replace("\"{classes}\"", Classes(pool.Classes))
            .Replace("{length}", $"{shape.Length}").Replace("{height}", $"{shape.Height}").Replace("{width}", $"{shape.Width}")
            .Replace("{channels}", $"{shape.Channels}");
    }

    private static string Classes(IReadOnlyList<string> classes) => "[" + string.Join(", ", classes.Select(name => $"\"{Escape(name)}\"")) + "]";

    private static string Escape(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.Default).ToString();
}
