using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// The studio's web server: guard, headers, routes. It writes nothing and reads nothing but the run folders; a review of labels adds its decisions to a file.
/// </summary>
internal sealed class StudioServer : IAsyncDisposable
{
    private const int MostConnections = 256;
    private const int TokenLength = 32;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private StudioServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    /// <summary>All routes, for whoever wants to check them.</summary>
    internal IReadOnlyList<Endpoint> Routes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Listens; returns once requests are answered.</summary>
    /// <exception cref="WeftException">Exit 50: the port is taken; 51: the address is not one of this machine alone.</exception>
    public static async Task<StudioServer> Start(StudioOptions options)
    {
        RequireLoopback(options.Address);
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }); // nothing from the environment or from files
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(options.Address, options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopPatience);
        var app = builder.Build();
        RequestGuard? guard = null; // known once the port is
        app.Use((context, next) => Answer(context, next, guard, options.Failed));
        app.UseRouting();
        var catalog = new RunCatalog(options.Runs, options.Clock);
        new StudioRoutes(catalog, new LiveUpdates(catalog, options.Failed, app.Lifetime.ApplicationStopping), options).Map(app);
        var token = options.Review is null ? null : RandomNumberGenerator.GetHexString(TokenLength);
        if (options.Review is { } review)
            new ReviewRoutes(review, token!).Map(app);
        await StartOrExplain(app, options);

        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var name = options.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{options.Address}]" : options.Address.ToString();
        guard = new RequestGuard([name, "localhost"], address.Port, token);
        _ = Task.Run(() => Warm(catalog)); // while the person opens the browser
        return new StudioServer(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Warm(RunCatalog catalog)
    {
        try
        {
            catalog.Refresh();
        }
        catch (WeftException)
        {
            // the first page meets the same and says so
        }
    }

    private static async Task Answer(HttpContext context, RequestDelegate next, RequestGuard? guard, Action<Exception> failed)
    {
        StudioHeaders.Set(context.Response.Headers);
        try
        {
            if (guard is null) // the moment between listening and knowing the port
            {
                await Say(context, StatusCodes.Status503ServiceUnavailable, "The studio is starting.");
                return;
            }

            if (guard.Refusal(context.Request) is { } refusal)
            {
                if (refusal.Status == StatusCodes.Status405MethodNotAllowed)
                    context.Response.Headers.Allow = string.Join(", ", RequestGuard.Verbs);
                await Say(context, refusal.Status, refusal.Text);
                return;
            }

            await next(context);
            if (!context.Response.HasStarted && context.GetEndpoint() is null)
                await Say(context, StatusCodes.Status404NotFound, "There is nothing here. The runs are at /");
        }
        catch (WeftException wrong) when (wrong.Kind == ErrorKind.InvalidInput && !context.Response.HasStarted)
        {
            await Say(context, StatusCodes.Status400BadRequest, $"{wrong.What}: {wrong.Expected}");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the reader went away
        }
#pragma warning disable CA1031 // nothing of an exception may reach a page; the one who runs the studio is told
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            failed(failure);
            context.Response.Clear();
            StudioHeaders.Set(context.Response.Headers);
            await Say(context, StatusCodes.Status500InternalServerError, "The studio made a mistake; its terminal says more.");
        }
    }

    private static Task Say(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n");
    }

    private static void RequireLoopback(IPAddress address)
    {
        if (!IPAddress.IsLoopback(address))
        {
            throw new WeftException(ErrorKind.UnsafeBind, $"refusing to listen on {address}: the studio has no password")
            {
                Where = "--listen", Expected = "127.0.0.1, ::1 or localhost", Found = address.ToString(), Safe = "nothing was started",
                Next = new Advice("ssh -L 8642:127.0.0.1:8642 HOST, on the other machine: that reaches a studio that listens here only"),
            };
        }
    }

    private static async Task StartOrExplain(WebApplication app, StudioOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException failure)
        {
            await app.DisposeAsync();
            var taken = failure.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;
            throw new WeftException(
                taken ? ErrorKind.PortInUse : ErrorKind.IoError, taken ? $"port {options.Port} is in use" : "the studio cannot listen", failure)
            {
                Where = $"{options.Address}:{options.Port}", Expected = "a free port", Found = taken
                    ? "another program" : failure.Message, Safe = "nothing was started",
                Next = new Advice($"weft studio --port 0{RunReference.OptionFor(new RunStore(options.Runs))}"),
            };
        }
        catch (SocketException failure)
        {
            await app.DisposeAsync();
            throw new WeftException(ErrorKind.IoError, "the studio cannot listen", failure)
            {
                Where = $"{options.Address}:{options.Port}",
                Found = failure.Message,
                Safe = "nothing was started",
                Next = new Advice($"weft studio --port 0{RunReference.OptionFor(new RunStore(options.Runs))}"),
            };
        }
    }
}
