using Microsoft.Playwright;

namespace Weft.App.Tests;

/// <summary>The review of labels as a person does it: in Chromium, by keys.</summary>
[Collection("alone")]
public sealed class ReviewBrowserTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_decide_and_nothing_is_lost()
    {
        var file = _folder.At("c.csv");
        await using (var studio = await StudioHost.Start(review: ReviewTests.Review(file, side: 96)))
        {
            await using var tab = await browser.Open(studio.Address);
            await tab.Page.GotoAsync("/review");
            await Assertions.Expect(tab.Page.Locator(".review[data-ready]")).ToBeVisibleAsync();
            await tab.Picture("review");
            await Press(tab, "2", "picture 2");
            await Press(tab, "d", "picture 3");
            await Press(tab, "?", "picture 4");
            await Press(tab, "ArrowLeft", "picture 3");
            await Press(tab, "k", "picture 4");
            await Press(tab, "u", "picture 3");
            Assert.Equal(["robin", "", "?", "wren", "?"], File.ReadLines(file).Skip(1).Select(line => line.Split(',')[3]));

            await tab.Page.GotoAsync("/review?view=grid");
            await Assertions.Expect(tab.Page.Locator("#item-3")).ToBeFocusedAsync();
            await tab.Page.Keyboard.PressAsync("ArrowRight");
            await tab.Page.Keyboard.PressAsync("1");
            await Assertions.Expect(tab.Page.Locator("#item-5")).ToBeFocusedAsync();
            await Assertions.Expect(tab.Page.Locator(".review[data-ready]")).ToBeVisibleAsync();
            await Assertions.Expect(tab.Page.Locator("#item-4 .sub")).ToHaveTextAsync("it is owl");
            await tab.Page.Locator("button[data-to=drop]").ClickAsync();
            await Assertions.Expect(tab.Page.Locator("#item-5 .sub")).ToHaveTextAsync("left out");
            await tab.Picture("review-grid");
        }

        await using var again = await StudioHost.Start(review: ReviewTests.Review(file));
        await using var next = await browser.Open(again.Address);
        await next.Page.GotoAsync("/review");
        await Assertions.Expect(next.Page.Locator(".head .sub")).ToContainTextAsync("picture 4");
        await Assertions.Expect(next.Page.Locator(".head .sub")).ToContainTextAsync("5 of 80 decided");
    }

    [Fact]
    public async Task A_decision_that_nobody_takes_any_more_is_told()
    {
        var studio = await StudioHost.Start(review: ReviewTests.Review(_folder.At("c.csv")));
        var tab = await browser.Open(studio.Address);
        await tab.Page.GotoAsync("/review");
        await Assertions.Expect(tab.Page.Locator(".review[data-ready]")).ToBeVisibleAsync();
        await studio.DisposeAsync();
        await tab.Page.Keyboard.PressAsync("k");
        await Assertions.Expect(tab.Page.Locator("#review-answer")).ToContainTextAsync("Nothing was written");
        await tab.Page.Context.DisposeAsync(); // its console says that the server is gone
    }

    [Fact]
    public async Task It_fits_a_phone_and_the_dark()
    {
        await using var studio = await StudioHost.Start(review: ReviewTests.Review(_folder.At("c.csv"), odd: "a class with a rather long name"));
        foreach (var (kind, width, height, scheme) in new[] { ("phone", 390, 844, ColorScheme.Light), ("dark", 1400, 900, ColorScheme.Dark),
            ("small", 320, 640, ColorScheme.Dark) })
        {
            await using var tab = await browser.Open(studio.Address, width, height, scheme);
            foreach (var (name, path) in new[] { ("review", "/review"), ("review-grid", "/review?view=grid") })
            {
                await tab.Page.GotoAsync(path);
                await Assertions.Expect(tab.Page.Locator("h1")).ToBeVisibleAsync();
                await tab.AssertFits();
                await tab.Picture($"{kind}-{name}");
            }
        }
    }

    private static async Task Press(Tab tab, string key, string expected)
    {
        await tab.Page.Keyboard.PressAsync(key);
        await Assertions.Expect(tab.Page.Locator(".review[data-ready] .head .sub")).ToContainTextAsync(expected + " ");
    }
}
