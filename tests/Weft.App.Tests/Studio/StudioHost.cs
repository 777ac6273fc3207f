using System.Collections.Concurrent;

namespace Weft.App.Tests;

/// <summary>The studio on a free port over a folder of its own. A request that failed for a reason of ours fails the test.</summary>
internal sealed class StudioHost : IAsyncDisposable
{
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly TempFolder _folder = new();
    private WebServer _server = null!;

    private StudioHost(string? runs)
    {
        Runs = runs ?? Path.Combine(_folder.Path, "runs");
        Directory.CreateDirectory(Runs);
    }

    public string Runs { get; }

    public string Sweeps => Path.Combine(_folder.Path, "sweeps");

    public Uri Address => _server.Address;

    public HttpClient Http { get; private set; } = null!;

    public WebServer Server => _server;

    /// <param name="fill">Gets the folder of the runs before the studio sees it.</param>
    /// <param name="runs">A folder that is there already, instead of one of its own.</param>
    /// <param name="review">Labels that are judged there.</param>
    public static async Task<StudioHost> Start(Action<string>? fill = null, string? runs = null, Weft.Training.LabelReview? review = null)
    {
        var host = new StudioHost(runs);
        fill?.Invoke(host.Runs);
        host._server = await StudioServer.Start(new StudioOptions
        {
            Runs = host.Runs, ShownRuns = "runs", Sweeps = host.Sweeps, Port = 0, Failed = host._failures.Enqueue, Review = review,
        });
        host.Http = new HttpClient { BaseAddress = host._server.Address };
        return host;
    }

    public async Task<string> Get(string path)
    {
        using var answer = await Http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
        Assert.Empty(_failures);
    }
}
