using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Weft.Training;

namespace Weft.App;

/// <summary>Where a server of ours listens, and how it speaks of itself.</summary>
/// <param name="Rules">Who may ask for what.</param>
/// <param name="Listen">Port 0: any that is free.</param>
internal sealed record WebServerOptions(GuardRules Rules, IPEndPoint Listen)
{
    /// <value>What to do where the port is taken.</value>
    public required NextStep OtherPort { get; init; }

    /// <value>What is said of an address that has nothing.</value>
    public required string NothingHere { get; init; }

    /// <value>The longest body that is read. Default: none is.</value>
    public long MostBodyBytes { get; init; }

    /// <value>The most connections. Default: 256.</value>
    public int MostConnections { get; init; } = 256;

    /// <value>The most connections from one address. Default: as many as there may be in all.</value>
    public int? MostConnectionsOfOne { get; init; }

    /// <value>How long requests may take to end when the server stops.</value>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>Says what is wrong: status and text. Default: as plain text.</value>
    public Func<HttpContext, int, string, Task> Say { get; init; } = (context, status, text) =>
    {
        context.Response.StatusCode = status;
        return WebAnswer.Text(context, "text/plain; charset=utf-8", text + "\n");
    };

    /// <value>Told of a request that failed for a reason of ours, on any thread. Default: nobody.</value>
    public Action<Exception> Failed { get; init; } = _ => { };
}

/// <summary>
/// A web server of this program: Kestrel with nothing from the environment or from files, a guard before everything, the same headers on every answer, and
/// nothing of an exception in one.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;

    private WebServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    /// <summary>All routes, for whoever wants to check them.</summary>
    public IReadOnlyList<Endpoint> Routes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public IServiceProvider Services => _app.Services;

    /// <summary>Listens; returns once requests are answered.</summary>
    /// <param name="map">Adds the routes; the token is cancelled when the server begins to stop.</param>
    /// <exception cref="WeftException">Exit 50: the port is taken; 41: the address is none to listen on.</exception>
    public static async Task<WebServer> Start(WebServerOptions options, Action<IEndpointRouteBuilder, CancellationToken> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        builder.Services.AddRoutingCore().AddLogging();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopPatience);
        var app = builder.Build();
        RequestGuard? guard = null; // known once the port is
        app.Use((context, next) => Answer(context, next, guard, options));
        app.UseRouting();
        map(app, app.Lifetime.ApplicationStopping);
        await StartOrExplain(app, options);
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        guard = new RequestGuard(options.Rules, address.Port);
        return new WebServer(app, address);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, WebServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.MostConnections;
        kestrel.Limits.MaxRequestBodySize = options.MostBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = HeadersPatience;
        kestrel.Listen(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (options.MostConnectionsOfOne is { } most)
                listen.Use(new ConnectionCount(most).Limit);
        });
    }

    private static async Task Answer(HttpContext context, RequestDelegate next, RequestGuard? guard, WebServerOptions options)
    {
        PageHeaders.Set(context.Response.Headers);
        try
        {
            if (guard is null) // the moment between listening and knowing the port
            {
                await options.Say(context, StatusCodes.Status503ServiceUnavailable, $"The {options.Rules.Who} is starting.");
                return;
            }

            if (guard.Refusal(context.Request) is { } refusal)
            {
                if (refusal.Status == StatusCodes.Status405MethodNotAllowed)
                    context.Response.Headers.Allow = string.Join(", ", RequestGuard.Verbs);
                if (refusal.Status == StatusCodes.Status401Unauthorized)
                    context.Response.Headers.WWWAuthenticate = "Bearer";
                await options.Say(context, refusal.Status, refusal.Text);
                return;
            }

            await next(context);
            if (context.Response.HasStarted)
                return;
            if (context.GetEndpoint() is null)
                await options.Say(context, StatusCodes.Status404NotFound, options.NothingHere);
            else if (context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, ContentType: null })
                await options.Say(context, StatusCodes.Status405MethodNotAllowed, $"This address takes {context.Response.Headers.Allow}.");
        }
        catch (WeftException wrong) when (wrong.Kind == ErrorKind.InvalidInput && !context.Response.HasStarted)
        {
            await options.Say(context, StatusCodes.Status400BadRequest, $"{wrong.What}: {wrong.Expected ?? wrong.Found}");
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            await options.Say(context, bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is longer than what is read."
                : "The body of the request did not come as HTTP has it.");
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // who asked went away
        }
#pragma warning disable CA1031 // nothing of an exception may reach a page; the one who runs the server is told
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            options.Failed(failure);
            context.Response.Clear();
            PageHeaders.Set(context.Response.Headers);
            await options.Say(context, StatusCodes.Status500InternalServerError, $"The {options.Rules.Who} made a mistake; its terminal says more.");
        }
    }

    private static async Task StartOrExplain(WebApplication app, WebServerOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await app.DisposeAsync();
            var taken = failure.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;
            throw new WeftException(
                taken ? ErrorKind.PortInUse : ErrorKind.IoError,
                taken ? $"port {options.Listen.Port} is in use" : $"the {options.Rules.Who} cannot listen", failure)
            {
                Where = options.Listen.ToString(), Expected = taken ? "a free port" : null, Found = taken ? "another program" : failure.Message,
                Safe = "nothing was started", Next = options.OtherPort,
            };
        }
    }
}
