using System.Net;
using System.Security.Cryptography;
using Weft.Training;

namespace Weft.App;

/// <summary>
/// The studio: its rules and routes. It writes nothing and reads nothing but the folders of runs and sweeps; a review of labels adds its decisions to a file.
/// </summary>
internal static class StudioServer
{
    private const int TokenLength = 32;

    /// <summary>Listens; returns once requests are answered.</summary>
    /// <exception cref="WeftException">Exit 50: the port is taken; 51: the address is not one of this machine alone.</exception>
    public static async Task<WebServer> Start(StudioOptions options)
    {
        RequireLoopback(options.Address);
        var token = options.Review is null ? null : RandomNumberGenerator.GetHexString(TokenLength);
        var rules = new GuardRules("studio")
        {
            Names = [ListenAddress.NameOf(options.Address), "localhost"], Token = token,
            Takes = path => token is not null && path.Value == ReviewRoutes.DecidePath,
        };
        var (catalog, sweeps) = (new RunCatalog(options.Runs, options.Clock), new SweepCatalog(options.Sweeps, options.Clock));
        var server = await WebServer.Start(
            new WebServerOptions(rules, new IPEndPoint(options.Address, options.Port))
            {
                OtherPort = new Advice($"weft studio --port 0{RunReference.OptionFor(new RunStore(options.Runs))}"),
                NothingHere = "There is nothing here. The runs are at /", Failed = options.Failed,
            }, (routes, stopping) =>
            {
                new StudioRoutes(catalog, sweeps, new LiveUpdates(catalog, sweeps, options.Failed, stopping), options).Map(routes);
                if (options.Review is { } review)
                    new ReviewRoutes(review, token!).Map(routes);
            });
        _ = Task.Run(() => Warm(catalog)); // while the person opens the browser
        return server;
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
}
