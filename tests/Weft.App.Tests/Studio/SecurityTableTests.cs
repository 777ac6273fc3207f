using Microsoft.AspNetCore.Routing;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>
/// Every route of the studio × verb × Host × Origin, against what is written here about who may see it. The routes come from the server itself.
/// </summary>
public class SecurityTableTests(ITestOutputHelper output)
{
    // One address for each route. A route that is not here fails the test: who adds one decides what it may answer.
    private static readonly Dictionary<string, (string Path, int Allowed)> Policy = new()
    {
        ["/"] = ("/?q=one&sort=name", 200),
        ["/runs/{name}"] = ("/runs/one?scale=log", 200),
        ["/sweeps"] = ("/sweeps", 200),
        ["/sweeps/{name}"] = ("/sweeps/none", 404),
        ["/compare"] = ("/compare?run=one&run=two", 200),
        ["/live"] = ("/live", 200),
        ["/studio.css"] = ("/studio.css", 200),
        ["/studio.js"] = ("/studio.js", 200),
        ["/icon.svg"] = ("/icon.svg", 200),
    };

    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "WEFT"];

    [Fact]
    public async Task Only_reads_from_this_machine_are_answered()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            new SyntheticRun(runs, "one", epochs: 3).EpochsUpTo(3, 100, observed: true).Stop().Write();
            new SyntheticRun(runs, "two", seed: 2, epochs: 3).EpochsUpTo(2, 100).Write();
        });
        var before = RunFolderFiles.Fingerprint(studio.Runs);
        var routes = studio.Server.Routes.Cast<RouteEndpoint>().Select(route => "/" + route.RoutePattern.RawText!.TrimStart('/')).ToList();
        Assert.Equal(Policy.Keys.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));

        var paths = routes.Select(route => Policy[route]).Append(("/nowhere", 404)).Append(("/runs/", 404)).Append(("/runs/three", 404)).ToList();
        var wrong = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var cases = 0;
        Parallel.ForEach(paths, new ParallelOptions { MaxDegreeOfParallelism = 4 }, path =>
        {
            using var http = new RawHttp(studio.Address);
            foreach (var verb in Verbs)
            {
                foreach (var (host, hostIsOurs) in Hosts(studio.Address.Port))
                {
                    foreach (var (headers, originIsOurs) in Origins(studio.Address.Port, host))
                    {
                        Interlocked.Increment(ref cases);
                        var expected = !hostIsOurs ? 400 : !originIsOurs ? 403 : verb is "GET" or "HEAD" ? path.Item2 : 405;
                        var isStream = path.Item1 == "/live" && expected == 200;
                        var (status, found, body) = http.Send(
                            $"{verb} {path.Item1} HTTP/1.1\r\n{(host is null ? "" : $"Host: {host}\r\n")}{headers}\r\n", verb == "HEAD", isStream);
                        if (status != expected)
                            wrong.Enqueue($"{verb} {path.Item1} Host {host ?? "absent"} {headers.ReplaceLineEndings(" ")}: {status}, expected {expected}");
                        // What is no HTTP at all the server itself refuses, with an empty answer and a closed connection.
                        if (status == 400 && body.Length == 0 && found.GetValueOrDefault("connection") == "close")
                            continue;
                        foreach (var breach in ResponseAudit.Breaches(status, found, body))
                            wrong.Enqueue($"{verb} {path.Item1} Host {host ?? "absent"} {headers.ReplaceLineEndings(" ")}: {breach}");
                        if (status == 405 && found.GetValueOrDefault("allow") != "GET, HEAD")
                            wrong.Enqueue($"{verb} {path.Item1}: allow is {found.GetValueOrDefault("allow")}");
                    }
                }
            }
        });
        output.WriteLine($"{cases} cases: {routes.Count} routes and 3 unknown addresses");
        Assert.True(cases > 20_000, $"only {cases} cases");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(20)));
        Assert.Equal(before, RunFolderFiles.Fingerprint(studio.Runs));
    }

    private static IEnumerable<(string? Host, bool IsOurs)> Hosts(int port)
    {
        foreach (var host in new[] { $"127.0.0.1:{port}", $"localhost:{port}", $"LOCALHOST:{port}" })
            yield return (host, true);
        foreach (var host in new[]
                 {
                     null, "", "127.0.0.1", "localhost", $"127.0.0.1:{port + 1}", $"localhost:{port + 1}", $"localhost.:{port}",
                     $"[::1]:{port}", $"[::ffff:127.0.0.1]:{port}", $"0.0.0.0:{port}",
                     $"127.1:{port}", $"2130706433:{port}", $"0x7f.0.0.1:{port}", $"evil.example:{port}",
                     $"localhost.evil.example:{port}", $"127.0.0.1.nip.io:{port}", $"10.evil.example:{port}",
                     $"evil.example#localhost:{port}", $"user@localhost:{port}", $"localhost:{port}:{port}",
                     $"localhost:0{port}", $"localhost:{port}/", $"127.0.0.1:{port}, evil.example",
                 })
            yield return (host, false);
    }

    private static IEnumerable<(string Headers, bool IsOurs)> Origins(int port, string? host)
    {
        yield return ("", true);
        yield return ($"Origin: http://{host}\r\n", true);
        yield return ($"Origin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n", true);
        yield return ("Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", true);
        yield return ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n", true); // a link that somebody clicks
        foreach (var headers in new[]
                 {
                     "Origin: null\r\n", "Origin: \r\n", "Origin: http://evil.example\r\n", $"Origin: https://127.0.0.1:{port}\r\n",
                     $"Origin: http://127.0.0.1:{port + 1}\r\n", "Origin: http://127.0.0.1\r\n",
                     $"Origin: http://127.0.0.1:{port}.evil.example\r\n", $"Origin: http://evil.example:{port}\r\n",
                     $"Origin: http://{host}/\r\n", $"Origin: http://{host}\r\nOrigin: http://evil.example\r\n",
                     "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                     "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n",
                     "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
                     "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n",
                 })
            yield return (headers, false);
    }

    [Fact]
    public async Task No_path_in_a_request_reaches_a_file()
    {
        const string Canary = "the canary sings";
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            new SyntheticRun(runs, "one", epochs: 2).EpochsUpTo(2, 100).Stop().Write();
            File.WriteAllText(Path.Combine(runs, "canary.txt"), Canary);
            File.WriteAllText(Path.Combine(runs, "one", "canary.txt"), Canary);
            File.WriteAllText(Path.Combine(runs, "..", "canary.txt"), Canary);
            Directory.CreateDirectory(Path.Combine(runs, "..", "runs-secret"));
            new SyntheticRun(Path.Combine(runs, "..", "runs-secret"), "hidden", epochs: 2).EpochsUpTo(1, 100).Write();
            Directory.CreateSymbolicLink(Path.Combine(runs, "link"), Path.Combine(runs, "..", "runs-secret"));
        });
        var targets = new[] { "canary.txt", "one/canary.txt", "runs-secret/hidden/run.json", "hidden/run.json",
            "etc/passwd", "proc/self/environ", "link/hidden", "one/events.jsonl", "one" };
        string[] ways = ["", "/", "//", "../", "..%2f", "..%2F..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%5c", "..\\", "%00",
            "one%00", "one/../", "one%2f..%2f", "%c0%ae%c0%ae/", "..;/", "./", ".%2f", "one/../../",
            "%2f", "%2froot%2f..%2f", "file:%2f%2f", "C:%5c", "%5c%5chost%5c", "one#", "one%23", "one%3f", "~/", "$HOME/", new string('a', 5000),
                string.Concat(Enumerable.Repeat("../", 40)), string.Concat(Enumerable.Repeat("%2e%2e%2f", 40))];
        var asked = 0;
        using var http = new RawHttp(studio.Address);
        string[] places =
            ["/runs/", "/sweeps/", "/compare?run=", "/?q=", "/", "/compare?scale=linear&run=one&run=", "/runs/one/", "/live/", "/studio.css/"];
        foreach (var place in places)
        {
            foreach (var way in ways)
            {
                foreach (var target in targets)
                {
                    asked++;
                    var path = place + way + target;
                    if (path is "/runs/one" or "/runs//one" or "/compare?run=one" or "/compare?scale=linear&run=one&run=one" || place == "/?q=")
                        continue; // names a run, or searches for the text
                    var (status, _, body) = http.Send(
                        $"GET {path.Replace("#", "%23", StringComparison.Ordinal)} HTTP/1.1\r\nHost: 127.0.0.1:{studio.Address.Port}\r\n\r\n");
                    Assert.DoesNotContain(Canary, body);
                    Assert.DoesNotContain("root:x:", body);
                    Assert.DoesNotContain("hidden</h1>", body);
                    if (status == 200)
                        Assert.True(body.Contains("<h1>one ", StringComparison.Ordinal) || body.Contains("<h1>Runs", StringComparison.Ordinal)
                            || body.Contains("<h1>Overlay", StringComparison.Ordinal), path);
                    else
                        Assert.True(status is 400 or 404, $"{path}: {status}");
                }
            }
        }
        Assert.True(asked > 2000, $"only {asked}");
    }

    [Fact]
    public async Task Texts_of_a_run_stay_texts()
    {
        string[] shelf = ["<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "'onmouseover='alert(1)", "</title><svg onload=alert(1)>",
            "javascript:alert(1)", "{{7*7}}", "&lt;b&gt;", "\u202Egnp", "]]><x/>", "</script><script>"];
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            for (var i = 0; i < shelf.Length; i++)
            {
                var run = new SyntheticRun(runs, shelf[i].Replace('/', '∕'), seed: i, epochs: 2, classes: [shelf[i], "bag", "coat"]);
                run.EpochsUpTo(1, 100, observed: true).Tell(new Warned(shelf[i], shelf[i], shelf[i])).Stop("interrupted", shelf[i]).Write();
            }
        });
        var names = Directory.GetDirectories(studio.Runs).Select(path => Path.GetFileName(path)!).ToList();
        Assert.Equal(shelf.Length, names.Count);
        foreach (var path in names.Select(name => "/runs/" + Uri.EscapeDataString(name)).Append("/")
            .Append("/compare?" + string.Join('&', names.Take(8).Select(name => "run=" + Uri.EscapeDataString(name))))
                     .Concat(shelf.Select(text => "/?q=" + Uri.EscapeDataString(text))))
        {
            var page = await studio.Get(path);
            Assert.Equal(["<script src=\"/studio.js\" defer>"], System.Text.RegularExpressions.Regex.Matches(page, "<script[^>]*>")
                .Select(match => match.Value));
            Assert.DoesNotMatch("<(img src=x|svg onload|x/)", page);
            Assert.DoesNotMatch("<[^>\"']*\\son[a-z]+=", page);
            Assert.DoesNotContain("\u202E", page);
        }
    }
}
