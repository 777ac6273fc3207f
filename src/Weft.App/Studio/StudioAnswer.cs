using System.Text;

namespace Weft.App;

/// <summary>Answers requests with whole texts and pictures.</summary>
internal static class StudioAnswer
{
    public const string Html = "text/html; charset=utf-8";

    public static Task Text(HttpContext context, string type, string text) => Bytes(context, type, Encoding.UTF8.GetBytes(text));

    public static async Task Bytes(HttpContext context, string type, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
