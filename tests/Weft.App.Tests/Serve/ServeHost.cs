using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>A tiny trained network, served on a free port. A request that failed for a reason of ours fails the tests.</summary>
public sealed class ServeHost : IAsyncLifetime
{
    public const string Name = "tiny";

    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly TinyData _data = new();
    private readonly TempFolder _place = new();
    private WebServer _server = null!;

    public Uri Address => _server.Address;

    public HttpClient Http { get; private set; } = null!;

    internal string Runs => _place.At("runs");

    internal PredictionPool Pool { get; private set; } = null!;

    internal WebServer Server => _server;

    internal ConcurrentQueue<Exception> Failures => _failures;

    internal string Images => Path.Combine(_data.Folder, "t10k-images-idx3-ubyte");

    /// <summary>The pixels of the test images, 12 × 12 each.</summary>
    internal byte[][] Pixels => [.. File.ReadAllBytes(Images).Skip(16).Chunk(144)];

    internal string At(string name) => _place.At(name);

    public async ValueTask InitializeAsync()
    {
        var (code, screen) = FakeScreen.Run(
            "train", "--data", _data.Folder, "--runs", Runs, "--name", Name, "--epochs", "2", "--batch", "16", "--threads", "1",
            "--set", "data.validation_count=30");
        Assert.True(code == 0, screen.Error);
        Pool = Open(new PredictionPoolOptions { Threads = 1 });
        _server = await Start(Pool);
        Http = new HttpClient { BaseAddress = _server.Address };
    }

    internal PredictionPool Open(PredictionPoolOptions options)
    {
        var checkpoint = new RunStore(Runs).FindCheckpoint(Name);
        return new PredictionPool(new ServedFile(checkpoint.Path, checkpoint), options);
    }

    internal Task<WebServer> Start(PredictionPool pool, string? token = null) => ServeServer.Start(
        pool, new ServeOptions { Name = Name, Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = token, Failed = _failures.Enqueue });

    /// <summary>What <c>weft predict --json</c> says about files.</summary>
    internal JsonElement Predict(params string[] files)
    {
        var (code, screen) = FakeScreen.Run(["predict", Name, .. files, "--runs", Runs, "--threads", "1", "--json"]);
        Assert.True(code == 0, screen.Error);
        return JsonDocument.Parse(screen.OutputLines[^1]).RootElement.GetProperty("predictions");
    }

    internal static HttpContent Body(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    internal async Task<JsonElement> Post(string path, HttpContent body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.ExpectContinue = expected == HttpStatusCode.RequestEntityTooLarge; // what is refused unread is not sent
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode} {text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        await Pool.DisposeAsync();
        _data.Dispose();
        _place.Dispose();
        Assert.Empty(_failures);
    }
}
