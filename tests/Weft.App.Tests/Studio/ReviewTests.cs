using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>The review of labels, asked over HTTP.</summary>
public sealed class ReviewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Pictures of three classes, of which some are suspect.</summary>
    internal static LabelReview Review(string corrections, string odd = "owl", int pictures = 90, int side = 12)
    {
        var shape = new FeatureShape(side, side, 3);
        var pixels = new byte[pictures * shape.Length];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i / shape.Length % 3 == i % 3 ? 220 : i * 7 % 90);
        int[] labels = [.. Enumerable.Range(0, pictures).Select(i => i % 3)];
        var data = new ImageDataset(
            "birds", new ImageSamples(shape, pixels, labels, "birds"), () => throw new InvalidOperationException("closed"), [odd, "robin", "wren"]);
        var items = Enumerable.Range(0, pictures - 10).Select(i => new ReviewItem(
            i, $"{i}", data.ClassNames[i % 3], data.ClassNames[(i + 1) % 3], 0.01 * (i % 30), 0.9,
            [.. Enumerable.Range(pictures - 3, 3).Select(near => new ReviewNeighbour(near, $"{near}", data.ClassNames[near % 3]))])).ToList();
        return new LabelReview(data, items, corrections, "me");
    }

    [Fact]
    public async Task A_decision_is_a_line_before_it_is_answered()
    {
        await using var studio = await StudioHost.Start(review: Review(_folder.At("c.csv")));
        var page = await studio.Get("/review");
        Assert.Contains("<h1>Is this owl?</h1>", page);
        Assert.Contains("/review/picture/0\"", page);
        var token = Token(page);
        Assert.Equal("/review?at=1", await Decide(studio, token, "at=0&to=1"));
        Assert.Equal("0,,owl,robin", File.ReadLines(_folder.At("c.csv")).Last()[..12]);
        Assert.Equal("/review?at=2", await Decide(studio, token, "at=1&to=drop"));
        Assert.Equal("/review?at=3", await Decide(studio, token, "at=2&to=ambiguous"));
        Assert.Equal("/review?view=grid&at=4", await Decide(studio, token, "at=3&to=keep&view=grid"));
        Assert.Equal("/review?at=3", await Decide(studio, token, "at=7&to=undo"));
        Assert.Equal(["robin", "", "?", "owl", "owl"], File.ReadLines(_folder.At("c.csv")).Skip(1).Select(line => line.Split(',')[3]));
        Assert.Contains("3 of 80 decided", await studio.Get("/review?view=grid"));
        Assert.Contains("<h1>Is this owl?</h1>", await studio.Get("/review")); // the fourth, where it goes on
        Assert.Contains("picture 4", await studio.Get("/review"));
    }

    [Fact]
    public async Task Nothing_is_decided_without_the_token_of_the_sitting_or_from_elsewhere()
    {
        await using var studio = await StudioHost.Start(review: Review(_folder.At("c.csv")));
        var token = Token(await studio.Get("/review"));
        foreach (var wrong in new[] { "", token[1..] + "0", token + "0", new string('x', 5000) })
            Assert.Equal(HttpStatusCode.Forbidden, await Status(studio, HttpMethod.Post, "/review/decide?at=0&to=1", wrong));
        foreach (var (name, value) in new[]
                 {
                     ("Origin", "http://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Host", "evil.example"),
                 })
        {
            var status = await Status(studio, HttpMethod.Post, "/review/decide?at=0&to=1", token, (name, value));
            Assert.Equal(name == "Host" ? HttpStatusCode.BadRequest : HttpStatusCode.Forbidden, status);
        }

        foreach (var verb in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Options })
            Assert.Equal(HttpStatusCode.MethodNotAllowed, await Status(studio, verb, "/review/decide?at=0&to=1", token));
        foreach (var route in studio.Server.Routes.Cast<RouteEndpoint>().Select(route => "/" + route.RoutePattern.RawText!.TrimStart('/')).Append("/review/"))
        {
            if (route != "/review/decide")
                Assert.Equal(HttpStatusCode.MethodNotAllowed, await Status(studio, HttpMethod.Post, route, token));
        }

        foreach (var query in new[] { "", "?at=0", "?at=80&to=1", "?at=-1&to=1", "?at=0&to=3", "?at=0&to=owl", "?at=0&to=1&to=2", "?at=0&to=keep&view=list" })
            Assert.Equal(HttpStatusCode.BadRequest, await Status(studio, HttpMethod.Post, "/review/decide" + query, token));
        Assert.Equal(HttpStatusCode.NotFound, await Status(studio, HttpMethod.Get, "/review/picture/90", ""));
        Assert.Equal(HttpStatusCode.NotFound, await Status(studio, HttpMethod.Get, "/review/picture/..%2f..%2fetc", ""));
        Assert.False(File.Exists(_folder.At("c.csv")));
        await using var plain = await StudioHost.Start();
        Assert.Equal(HttpStatusCode.NotFound, await Status(plain, HttpMethod.Get, "/review", ""));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await Status(plain, HttpMethod.Post, "/review/decide?at=0&to=1", token));
    }

    [Fact]
    public async Task Names_of_classes_stay_texts_and_pictures_are_pictures()
    {
        await using var studio = await StudioHost.Start(review: Review(_folder.At("c.csv"), odd: "<img src=x onerror=alert(1)>\u202E"));
        foreach (var address in new[] { "/review", "/review?view=grid", "/review?at=3" })
        {
            var page = await studio.Get(address);
            Assert.DoesNotContain("<img src=x", page);
            Assert.DoesNotContain("\u202E", page);
            Assert.Equal(2, Regex.Count(page, "<script[^>]*>"));
        }

        using var picture = await studio.Http.GetAsync("/review/picture/5");
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await picture.Content.ReadAsByteArrayAsync())[..4]);
    }

    [Fact]
    public async Task The_command_reviews_what_an_analysis_found_and_says_how_to_go_on()
    {
        using var data = new TinyData(train: 120, label: i => i == 40 ? 0 : i % 3);
        var runs = _folder.At("runs");
        Assert.Equal(0, FakeScreen.Run(
            "train", "--data", data.Folder, "--runs", runs, "--name", "a", "--epochs", "2", "--batch", "16", "--threads", "1").Code);
        var (code, screen) = FakeScreen.Run("data", "review", "a", "--runs", runs);
        Assert.Equal(2, code);
        Assert.Contains("weft analyze ", screen.Error);
        Assert.Equal(0, FakeScreen.Run("analyze", "a", "--runs", runs, "--threads", "1", "--cases", "1", "--folds", "2").Code);
        var said = _folder.At("said");
        using var process = new WeftProcess($"exec $WEFT data review a --json --runs {runs} >{said}");
        process.WaitUntil(() => File.Exists(said) && File.ReadAllText(said).EndsWith('\n'));
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(said));
        using var http = new HttpClient();
        var address = new Uri(json.RootElement.GetProperty("url").GetString()!);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/review/decide?at=0&to=drop"));
        request.Headers.Add(RequestGuard.TokenHeader, Token(await http.GetStringAsync(address)));
        Assert.True((await http.SendAsync(request)).IsSuccessStatusCode);
        process.Send("INT");
        var (ended, _, error) = process.End();
        Assert.Equal(130, ended);
        var corrections = Path.Combine(data.Folder, "labels.corrections.csv");
        Assert.Equal(corrections, json.RootElement.GetProperty("corrections").GetString());
        Assert.Equal(2, File.ReadLines(corrections).Count());
        Assert.Contains("1 of ", error);
        var next = error.Split('\n').Single(line => line.StartsWith("next: weft ", StringComparison.Ordinal))["next: weft ".Length..];
        // The process names what lies in its folder by short names.
        var words = next.Split(' ').Select(word => word.StartsWith("weft-test-", StringComparison.Ordinal) ? Path.Combine(Path.GetTempPath(), word) : word);
        var (again, trained) = FakeScreen.Run([.. words, "--name", "b", "--threads", "1"]);
        Assert.True(again == 0, next + "\n" + trained.Error);
        Assert.True(File.Exists(Path.Combine(runs, "b", "corrections.csv")));
    }

    internal static string Token(string page) => Regex.Match(page, "data-token=\"([0-9A-F]{32})\"").Groups[1].Value;

    private static async Task<string> Decide(StudioHost studio, string token, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/review/decide?" + query);
        request.Headers.Add(RequestGuard.TokenHeader, token);
        using var answer = await studio.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpStatusCode> Status(
        StudioHost studio, HttpMethod verb, string path, string token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(verb, path);
        request.Headers.TryAddWithoutValidation(RequestGuard.TokenHeader, token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await studio.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
