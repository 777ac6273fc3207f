using System.Net;
using Weft.Training;

namespace Weft.App;

/// <summary>The server of a model: its rules, its limits and its routes over a <see cref="PredictionPool"/>.</summary>
internal static class ServeServer
{
    /// <summary>A picture's body may be so long.</summary>
    public const int PictureBytes = 1 << 20;

    /// <summary>A body of several pictures may be so long.</summary>
    public const int BatchBytes = 8 << 20;

    /// <summary>So many pictures may be in one request.</summary>
    public const int MostPictures = 64;

    // More than pictures may wait, so that it is the queue that refuses, in words.
    private const int Connections = 1024;
    private const int ConnectionsOfOne = 100;

    /// <summary>Listens; returns once requests are answered.</summary>
    /// <exception cref="WeftException">Exit 50: the port is taken; 51: others can reach the address, and no token is asked for.</exception>
    public static Task<WebServer> Start(PredictionPool pool, ServeOptions options)
    {
        RequireToken(options);
        var rules = new GuardRules("server")
        {
            Names = options.Token is null ? [ListenAddress.NameOf(options.Listen.Address), "localhost"] : [],
            Bearer = options.Token,
            Takes = path => path.Value is ServeRoutes.PredictPath
                || (path.StartsWithSegments(InferRoutes.ModelsPath) && path.Value!.EndsWith(InferRoutes.Infer, StringComparison.Ordinal)),
            IsOpen = ServeRoutes.IsOpen,
        };
        return WebServer.Start(
            new WebServerOptions(rules, options.Listen)
            {
                MostBodyBytes = BatchBytes, MostConnections = Connections, MostConnectionsOfOne = options.Token is null ? null : ConnectionsOfOne,
                NothingHere = "There is nothing here. What there is stands in /openapi/v1.json", Say = Say, Failed = options.Failed,
                OtherPort = options.OtherPort,
            }, (routes, stopping) =>
            {
                var metrics = new PrometheusText(pool, routes.ServiceProvider);
                stopping.Register(metrics.Dispose);
                new ServeRoutes(pool, options, metrics).Map(routes);
            });
    }

    public static Task Say(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return WebAnswer.Document(context, new RefusalDocument(text));
    }

    public static void RequireToken(ServeOptions options)
    {
        if (options.Token is not null || IPAddress.IsLoopback(options.Listen.Address))
            return;
        throw new WeftException(ErrorKind.UnsafeBind, $"refusing to listen on {options.Listen.Address} without a token")
        {
            Where = "--listen", Expected = "127.0.0.1, ::1 or localhost, or --token-file", Found = options.Listen.ToString(), Safe = "nothing was started",
            Next = new Advice("openssl rand -hex 32 > weft.token, and add --token-file weft.token"),
        };
    }
}
