using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace Weft.App.Tests;

/// <summary>One Chromium for all tests of a class, driven by Playwright. Where none is installed, the tests fail and say how to get one.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];

    private IPlaywright? _playwright;
    private IBrowser _browser = null!;

    /// <summary>Where tests leave what they saw, for a person to look at.</summary>
    public static string Pictures { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "artifacts", "studio"));

    public async ValueTask InitializeAsync()
    {
        var program = Environment.GetEnvironmentVariable("WEFT_CHROMIUM") ?? Places.FirstOrDefault(File.Exists);
        Assert.True(program is not null, "the studio's browser tests need Chromium: apt-get install chromium (test.sh does), or WEFT_CHROMIUM=PATH");
        Directory.CreateDirectory(Pictures);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page that keeps what its console said and which addresses it asked for.</summary>
    public async Task<Tab> Open(Uri studio, int width = 1400, int height = 900, ColorScheme scheme = ColorScheme.Light, bool script = true)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = studio.ToString(), ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme, JavaScriptEnabled = script,
        });
        return new Tab(context, await context.NewPageAsync(), studio);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>A tab of the browser. When it is closed, nothing may have gone wrong in it and nothing may have been asked of anyone else.</summary>
public sealed class Tab : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly IBrowserContext _context;

    public Tab(IBrowserContext context, IPage page, Uri studio)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") _problems.Enqueue(message.Text); };
        page.Response += (_, answer) => { if (answer.Status >= 400) _problems.Enqueue($"{answer.Status} {answer.Url}"); };
        page.PageError += (_, error) => _problems.Enqueue(error);
        page.Request += (_, request) =>
            { if (!request.Url.StartsWith(studio.ToString(), StringComparison.Ordinal)) _problems.Enqueue("asked " + request.Url); };
    }

    public IPage Page { get; }

    public Task Picture(string name, bool whole = true) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Pictures, name + ".png"), FullPage = whole });

    /// <summary>Nothing hangs over the side of the page.</summary>
    public async Task AssertFits() =>
        Assert.Equal(0, await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_problems);
    }
}
