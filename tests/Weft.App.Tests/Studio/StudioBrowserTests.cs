using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;

namespace Weft.App.Tests;

/// <summary>Tests that measure time run after the others, one by one.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public class Alone;

/// <summary>The studio as a person sees it: in Chromium.</summary>
[Collection("alone")]
public class StudioBrowserTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(2); // from an event to the page

    [Fact]
    public async Task A_run_page_follows_the_training() => await FromEventToPage(steps: 20);

    [Fact, Trait("lane", "timing")]
    public async Task A_run_page_follows_the_training_within_two_seconds()
    {
        var delays = await FromEventToPage(steps: 100);
        output.WriteLine($"from event to page: median {delays.Order().ElementAt(delays.Count / 2):F2} s, worst {delays.Max():F2} s of {delays.Count}");
        Assert.All(delays, delay => Assert.InRange(delay, 0, Allowed.TotalSeconds));
    }

    private async Task<List<double>> FromEventToPage(int steps)
    {
        await using var studio = await StudioHost.Start();
        var run = new SyntheticRun(studio.Runs, "cnn4-1", epochs: 6).EpochsUpTo(2, observed: true).Write();
        using var training = run.Train();
        await using var tab = await browser.Open(studio.Address);
        await tab.Page.GotoAsync("/runs/cnn4-1");
        await Assertions.Expect(tab.Page.Locator("#connection")).ToHaveTextAsync("live");
        await tab.Picture("run-live");

        var delays = new List<double>();
        for (var step = 10; step <= steps; step += 10)
        {
            run.Steps(step, step).Write();
            var written = Stopwatch.StartNew();
            await Assertions.Expect(tab.Page.Locator("[data-live=tiles]")).ToContainTextAsync($"step {step} of 430", new() { Timeout = 10_000 });
            delays.Add(written.Elapsed.TotalSeconds);
        }

        run.EpochsUpTo(3, observed: true).Write();
        var epoch = Stopwatch.StartNew();
        await Assertions.Expect(tab.Page.Locator("table.epochs tbody tr")).ToHaveCountAsync(3, new() { Timeout = 10_000 });
        delays.Add(epoch.Elapsed.TotalSeconds);
        return delays;
    }

    [Fact]
    public async Task The_list_follows_too_and_keeps_what_is_ticked()
    {
        await using var studio = await StudioHost.Start();
        await using var tab = await browser.Open(studio.Address);
        await tab.Page.GotoAsync("/");
        await Assertions.Expect(tab.Page.Locator("#connection")).ToHaveTextAsync("live");
        await tab.Picture("empty");
        var first = new SyntheticRun(studio.Runs, "first", 1, epochs: 4).EpochsUpTo(1).Write();
        await Assertions.Expect(tab.Page.Locator("table.runs tbody tr")).ToHaveCountAsync(1);
        await tab.Page.Locator("[aria-label='Overlay first']").CheckAsync();
        new SyntheticRun(studio.Runs, "second", 2, epochs: 4).EpochsUpTo(2).Stop().Write();
        await Assertions.Expect(tab.Page.Locator("table.runs tbody tr")).ToHaveCountAsync(2);
        Assert.True(await tab.Page.Locator("[aria-label='Overlay first']").IsCheckedAsync());
        using (first.Train())
        {
            first.EpochsUpTo(3).Write();
            await Assertions.Expect(tab.Page.Locator("tr.live td.epochs")).ToContainTextAsync("3/4");
        }
        await Assertions.Expect(tab.Page.Locator(".state.unfinished")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Four_runs_lie_over_each_other_with_values_under_the_pointer()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            for (var i = 1; i <= 5; i++)
                new SyntheticRun(runs, $"run-{i}", i, epochs: 30).EpochsUpTo(i == 5 ? 12 : 30).Stop().Write();
        });
        await using var tab = await browser.Open(studio.Address);
        await tab.Page.GotoAsync("/");
        await tab.Picture("list");
        foreach (var i in new[] { 1, 2, 3, 5 })
            await tab.Page.Locator($"[aria-label='Overlay run-{i}']").CheckAsync();
        await tab.Page.Locator("#overlay-button").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Overlay");
        var loss = tab.Page.Locator(".chart").First;
        await Assertions.Expect(loss.Locator("path.chart-line")).ToHaveCountAsync(4);

        var plot = loss.Locator(".chart-plot > svg");
        var box = (await plot.BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + box.Width * 10 / 30, box.Y + 60);
        var tip = tab.Page.Locator(".tip");
        await Assertions.Expect(tip).ToContainTextAsync("epoch 10");
        var name = studio.Runs + "/run-2/metrics.csv";
        var row = Weft.Training.MetricsRow.Parse(File.ReadAllLines(name)[10])!;
        await Assertions.Expect(tip).ToContainTextAsync("run-2" + row.ValidationLoss.ToString("F4", CultureInfo.InvariantCulture));
        await tab.Picture("overlay-hover", whole: false);

        var before = await loss.Locator("path.chart-line").First.GetAttributeAsync("d");
        await tab.Page.GetByText("log", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(loss.Locator("path.chart-line").First).Not.ToHaveAttributeAsync("d", before!);
        Assert.Contains("scale=log", tab.Page.Url);
        await tab.Page.Locator("input[type=range]").FillAsync("80");
        await Assertions.Expect(loss.Locator("path.chart-line.faint")).ToHaveCountAsync(4);
        await Assertions.Expect(tab.Page.Locator("output")).ToHaveTextAsync("0.80");
        await tab.Page.GetByText("time", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(loss.Locator(".chart-xname")).ToHaveTextAsync("time trained");
        await tab.Picture("overlay");

        await tab.Page.ReloadAsync(); // the address says it all
        await Assertions.Expect(tab.Page.Locator("output")).ToHaveTextAsync("0.80");
        await tab.Page.Locator("[aria-label='Remove run-3']").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".legend tbody tr")).ToHaveCountAsync(3);
        await tab.Page.Locator("[aria-label='Add a run']").FillAsync("run-4");
        await tab.Page.GetByText("Add", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".legend tbody tr")).ToHaveCountAsync(4);
        Assert.Contains("smoothing=80", tab.Page.Url);
    }

    [Fact]
    public async Task Without_a_script_everything_but_life_is_there()
    {
        await using var studio = await StudioHost.Start(fill: runs => new SyntheticRun(runs, "one", epochs: 9).EpochsUpTo(9, observed: true).Stop().Write());
        await using var tab = await browser.Open(studio.Address, script: false);
        await tab.Page.GotoAsync("/");
        await tab.Page.Locator("[aria-label='Overlay one']").CheckAsync();
        await tab.Page.Locator("#overlay-button").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("path.chart-line").First).ToBeVisibleAsync();
        await tab.Page.GotoAsync("/runs/one");
        await tab.Page.GetByText("log", new() { Exact = true }).ClickAsync();
        await tab.Page.GetByText("Show", new() { Exact = true }).ClickAsync();
        Assert.Contains("scale=log", tab.Page.Url);
        await Assertions.Expect(tab.Page.Locator(".chart")).ToHaveCountAsync(6);
    }

    [Fact]
    public async Task Pages_fit_a_phone_and_the_dark()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            new SyntheticRun(runs, "one-with-a-rather-long-name+augmentation_2026-11-22", 1, epochs: 40).EpochsUpTo(23, observed: true)
                .Tell(new Weft.Training.Warned("disk-full", "checkpoint at step 5,200 not saved", "the one before is intact")).Write();
            new SyntheticRun(runs, "two", 2, epochs: 40).EpochsUpTo(40).Stop().Write();
        });
        foreach (var (kind, width, height, scheme) in new[] { ("phone", 390, 844, ColorScheme.Light), ("dark", 1400, 900, ColorScheme.Dark),
            ("tablet", 820, 1100, ColorScheme.Light), ("small", 320, 640, ColorScheme.Dark) })
        {
            await using var tab = await browser.Open(studio.Address, width, height, scheme);
            foreach (var (name, path) in new[] { ("list", "/"), ("run", "/runs/one-with-a-rather-long-name+augmentation_2026-11-22"),
                ("overlay", "/compare?run=two&run=one-with-a-rather-long-name%2Baugmentation_2026-11-22"), ("missing", "/compare") })
            {
                await tab.Page.GotoAsync(path);
                await Assertions.Expect(tab.Page.Locator("h1")).ToBeVisibleAsync();
                await tab.AssertFits();
                await tab.Picture($"{kind}-{name}");
            }
        }
    }

    [Fact]
    public async Task A_thousand_runs_of_two_hundred_epochs_are_shown() => await Thousand();

    [Fact, Trait("lane", "timing")]
    public async Task A_thousand_runs_of_two_hundred_epochs_are_shown_within_a_second() =>
        Assert.All(await Thousand(), seconds => Assert.InRange(seconds, 0, 1));

    // The seconds each page took.
    private async Task<double[]> Thousand()
    {
        using var folder = new TempFolder();
        WriteThousand(folder.At("runs"));
        await using var studio = await StudioHost.Start(runs: folder.At("runs"));
        await using var tab = await browser.Open(studio.Address);
        var cold = await Time(tab.Page, "/"); // the studio has just begun to read
        await Assertions.Expect(tab.Page.Locator("h1 + .sub")).ToContainTextAsync("1,000");
        Assert.Equal(100, await tab.Page.Locator("table.runs tbody tr").CountAsync());
        var warm = await Time(tab.Page, "/?sort=accuracy");
        await tab.Picture("thousand", whole: false);
        var run = await Time(tab.Page, "/runs/full-1");
        await Assertions.Expect(tab.Page.Locator("table.epochs tbody tr")).ToHaveCountAsync(200);
        var again = await Time(tab.Page, "/runs/full-1?scale=log");
        var overlay = await Time(tab.Page, "/compare?run=full-2&run=full-3&run=full-4&run=run-007");
        await tab.Picture("thousand-overlay", whole: false);
        output.WriteLine($"list {cold:F2} s at first, {warm:F2} s then; run page {run:F2} s at first, {again:F2} s then; overlay of four {overlay:F2} s");
        return [cold, warm, run, again, overlay];
    }

    // 996 runs with a step in a hundred told, and four as a training tells them: a step in ten and each validation in detail.
    private static void WriteThousand(string runs)
    {
        for (var kind = 0; kind < 12; kind++)
        {
            var story = new SyntheticRun(Path.Combine(runs, "..", "stories"), $"{kind}", kind, epochs: 200).EpochsUpTo(200, 100).Stop();
            for (var i = kind; i < 996; i += 12)
                story.WriteCopy(runs, $"run-{i:000}", i);
        }
        for (var i = 1; i <= 4; i++)
            new SyntheticRun(runs, $"full-{i}", i, epochs: 200).EpochsUpTo(200, 10, observed: true).Stop().Write();
    }

    private static async Task<double> Time(IPage page, string path)
    {
        var begun = Stopwatch.StartNew();
        await page.GotoAsync(path, new() { WaitUntil = WaitUntilState.Load });
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"); // painted
        return begun.Elapsed.TotalSeconds;
    }
}
