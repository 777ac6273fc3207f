using System.Text;
using System.Text.Json;

namespace Weft.App;

/// <summary>Answers requests with whole texts and pictures.</summary>
internal static class WebAnswer
{
    public const string Html = "text/html; charset=utf-8";

    public static Task Text(HttpContext context, string type, string text) => Bytes(context, type, Encoding.UTF8.GetBytes(text));

    /// <summary>An object of <see cref="DocumentJson"/> as JSON.</summary>
    public static Task Document<T>(HttpContext context, T document) =>
        Bytes(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Of<T>()));

    public static async Task Bytes(HttpContext context, string type, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
