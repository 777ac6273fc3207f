using Weft.Training;

namespace Weft.App;

/// <summary>All addresses of the server: what it answers with its model, what it says about itself, and a page to try it.</summary>
internal sealed class ServeRoutes(PredictionPool pool, ServeOptions options, PrometheusText metrics)
{
    public const string PredictPath = "/predict";

    private const string Json = "application/json";

    private static readonly string[] Open = ["/", "/serve.css", "/serve.js", "/icon.svg", "/v2/health/live", "/v2/health/ready"];

    /// <summary>What whoever has no token may see: that the server lives, and the page that asks for the token.</summary>
    public static bool IsOpen(PathString path) => Open.Contains(path.Value);

    public void Map(IEndpointRouteBuilder routes)
    {
        var predict = new PredictRoute(pool, options.Name);
        var infer = new InferRoutes(pool, options.Name);
        Get(routes, "/", context => Page(context, typeof(ServePage), new()
        {
            ["Name"] = options.Name, ["Version"] = pool.Version, ["Classes"] = pool.Classes, ["Shape"] = pool.Shape, ["AsksToken"] = options.Token is not null,
        }));
        Get(routes, "/openapi", context => Page(context, typeof(ApiPage), new()
        {
            ["Document"] = OpenApi.Document(options.Name, pool), ["Origin"] = $"{context.Request.Scheme}://{context.Request.Host}",
        }));
        Get(routes, "/openapi/v1.json", context => WebAnswer.Text(context, Json, OpenApi.Text(options.Name, pool)));
        Get(routes, "/metrics", context => WebAnswer.Text(context, PrometheusText.ContentType, metrics.Read()));
        Get(routes, "/serve.css", context => WebAnswer.Text(context, "text/css; charset=utf-8", Style));
        Get(routes, "/serve.js", context => WebAnswer.Text(context, "text/javascript; charset=utf-8", Script));
        Get(routes, "/icon.svg", context => WebAnswer.Text(context, "image/svg+xml", StudioAssets.Icon));
        routes.MapPost(PredictPath, Answering(predict.Answer));
        infer.Map((path, handle) => Get(routes, path, handle), (path, handle) => routes.MapPost(path, Answering(handle)));
    }

    private static string Style { get; } = StudioAssets.Style + EmbeddedText.Read("Serve.Assets.serve.css");

    private static string Script { get; } = EmbeddedText.Read("Serve.Assets.serve.js");

    private static void Get(IEndpointRouteBuilder routes, string path, RequestDelegate handle) =>
        routes.MapMethods(path, RequestGuard.Verbs, Answering(handle));

    private static async Task Page(HttpContext context, Type page, Dictionary<string, object?> parameters) =>
        await WebAnswer.Text(context, WebAnswer.Html, await PageRenderer.Render(page, parameters));

    // What is wrong with a request is told in words; what is wrong with the server the web server itself tells.
    private static RequestDelegate Answering(RequestDelegate handle) => async context =>
    {
        try
        {
            await handle(context);
        }
        catch (RequestException bad)
        {
            await ServeServer.Say(context, bad.Status, bad.Message);
        }
        catch (PredictionRefusedException refused)
        {
            await ServeServer.Say(context, StatusCodes.Status503ServiceUnavailable, refused.Message);
        }
        catch (WeftException bad) when (bad.Kind == ErrorKind.InvalidInput)
        {
            await ServeServer.Say(context, StatusCodes.Status400BadRequest, bad.Found is null ? bad.What : $"{bad.What}: {bad.Found}");
        }
    };
}
