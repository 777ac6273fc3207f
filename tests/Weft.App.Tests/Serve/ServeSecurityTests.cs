using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Routing;

namespace Weft.App.Tests;

/// <summary>Every route of the server × verb × Host × Origin, against what is written here; and connections that do not mean it.</summary>
public class ServeSecurityTests(ServeHost host, ITestOutputHelper output) : IClassFixture<ServeHost>
{
    // What GET and POST give on each route. A route that is not here fails the test: who adds one decides what it may answer.
    private static readonly Dictionary<string, (string Path, int Get, int Post)> Policy = new()
    {
        ["/"] = ("/", 200, 405),
        ["/openapi"] = ("/openapi", 200, 405),
        ["/openapi/v1.json"] = ("/openapi/v1.json", 200, 405),
        ["/metrics"] = ("/metrics", 200, 405),
        ["/serve.css"] = ("/serve.css", 200, 405),
        ["/serve.js"] = ("/serve.js", 200, 405),
        ["/icon.svg"] = ("/icon.svg", 200, 405),
        ["/predict"] = ("/predict", 405, 400),
        ["/v2"] = ("/v2", 200, 405),
        ["/v2/health/live"] = ("/v2/health/live", 200, 405),
        ["/v2/health/ready"] = ("/v2/health/ready", 200, 405),
        ["/v2/models/{name}"] = ("/v2/models/tiny", 200, 405),
        ["/v2/models/{name}/ready"] = ("/v2/models/tiny/ready", 200, 405),
        ["/v2/models/{name}/infer"] = ("/v2/models/tiny/infer", 405, 400),
        ["/v2/models/{name}/versions/{version}"] = ("/v2/models/tiny/versions/x", 404, 405),
        ["/v2/models/{name}/versions/{version}/ready"] = ("/v2/models/tiny/versions/x/ready", 404, 405),
        ["/v2/models/{name}/versions/{version}/infer"] = ("/v2/models/tiny/versions/x/infer", 405, 404),
    };

    [Fact]
    public void Only_requests_from_this_machine_are_answered()
    {
        var routes = host.Server.Routes.Cast<RouteEndpoint>().Select(route => "/" + route.RoutePattern.RawText!.TrimStart('/')).ToList();
        Assert.Equal(Policy.Keys.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
        var port = host.Address.Port;
        string?[] wrongHosts =
            [null, "", "127.0.0.1", $"127.0.0.1:{port + 1}", $"[::1]:{port}", $"evil.example:{port}", $"localhost.:{port}", $"0.0.0.0:{port}"];
        var wrong = new ConcurrentQueue<string>();
        var cases = 0;
        Parallel.ForEach(Policy.Values.Append(("/nowhere", 404, 405)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, route =>
        {
            using var http = new RawHttp(host.Address);
            foreach (var verb in new[] { "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "WEFT" })
            {
                foreach (var (name, isOurs) in new string?[] { $"127.0.0.1:{port}", $"LOCALHOST:{port}" }.Select(ours => (ours, true))
                    .Concat(wrongHosts.Select(theirs => (theirs, false))))
                {
                    foreach (var (headers, isFromHere) in new[]
                    {
                        ("", true), ($"Origin: http://{name}\r\nSec-Fetch-Site: same-origin\r\n", true), ("Origin: null\r\n", false),
                        ("Origin: http://evil.example\r\n", false), ($"Origin: https://{name}\r\n", false), ("Sec-Fetch-Site: cross-site\r\n", false),
                        ("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", false),
                    })
                    {
                        Interlocked.Increment(ref cases);
                        var expected = !isOurs ? 400 : !isFromHere ? 403 : verb is "GET" or "HEAD" ? route.Item2 : verb == "POST" ? route.Item3 : 405;
                        var (status, found, body) = http.Send(
                            $"{verb} {route.Item1} HTTP/1.1\r\n{(name is null ? "" : $"Host: {name}\r\n")}{headers}Content-Length: 0\r\n\r\n", verb == "HEAD");
                        if (status != expected)
                            wrong.Enqueue($"{verb} {route.Item1} Host {name ?? "absent"} {headers.ReplaceLineEndings(" ")}: {status}, expected {expected}");
                        if (status == 400 && body.Length == 0 && found.GetValueOrDefault("connection") == "close")
                            continue; // what is no HTTP at all
                        foreach (var breach in ResponseAudit.Breaches(status, found, body))
                            wrong.Enqueue($"{verb} {route.Item1} Host {name ?? "absent"}: {breach}");
                    }
                }
            }
        });
        output.WriteLine($"{cases} cases");
        Assert.True(cases > 10_000, $"only {cases} cases");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void Floods_of_headers_are_refused_and_leave_the_server_answering()
    {
        foreach (var request in new[]
        {
            "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"X-{i}: 1\r\n")) + "\r\n",
            $"GET / HTTP/1.1\r\nX: {new string('x', 1 << 20)}\r\n\r\n", $"GET /{new string('a', 1 << 16)} HTTP/1.1\r\n\r\n",
            $"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{host.Address.Port}\r\nContent-Length: 99999999999\r\n\r\n",
            $"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{host.Address.Port}\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "\0\0\0\0\r\n\r\n",
        })
        {
            using var connection = new TcpClient();
            connection.Connect(host.Address.Host, host.Address.Port);
            var answer = Ask(connection, request);
            Assert.Matches(@"^(HTTP/1\.1 4\d\d |$)", answer);
        }

        using var http = new RawHttp(host.Address);
        Assert.Equal(200, http.Send($"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1:{host.Address.Port}\r\n\r\n").Status);
    }

    /// <summary>Two hundred connections that send a letter now and then: others are answered meanwhile.</summary>
    [Fact]
    public void Connections_that_dawdle_keep_nobody_waiting()
    {
        var dawdlers = Enumerable.Range(0, 200).Select(_ => new TcpClient()).ToArray();
        try
        {
            foreach (var (i, connection) in dawdlers.Index())
            {
                connection.Connect(host.Address.Host, host.Address.Port);
                connection.GetStream().Write(Encoding.ASCII.GetBytes(i % 2 == 0 ? "POST /predict HTTP/1.1\r\nHo"
                    : $"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{host.Address.Port}\r\nContent-Type: image/png\r\nContent-Length: 900000\r\n\r\nab"));
            }

            using var http = new RawHttp(host.Address);
            var time = Stopwatch.StartNew();
            for (var i = 0; i < 20; i++)
                Assert.Equal(200, http.Send($"GET /v2/health/live HTTP/1.1\r\nHost: 127.0.0.1:{host.Address.Port}\r\n\r\n").Status);
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(10), $"{time.Elapsed}");
        }
        finally
        {
            foreach (var connection in dawdlers)
                connection.Dispose();
        }
    }

    private static string Ask(TcpClient connection, string request)
    {
        try
        {
            connection.ReceiveTimeout = 20_000;
            connection.GetStream().Write(Encoding.Latin1.GetBytes(request));
            var buffer = new byte[64];
            var read = connection.GetStream().Read(buffer);
            return Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            return ""; // it was closed while we wrote
        }
    }
}
