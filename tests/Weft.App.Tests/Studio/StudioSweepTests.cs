using System.Net;
using Microsoft.Playwright;
using Weft.Training;

namespace Weft.App.Tests;

/// <summary>Sweeps in the studio: the list, a page, and how it follows.</summary>
[Collection("alone")]
public class StudioSweepTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task The_list_shows_each_sweep_and_leads_to_its_page()
    {
        await using var studio = await StudioHost.Start();
        Assert.Contains("weft sweep", await studio.Get("/sweeps"));
        using var wide = SyntheticSweep.Make(Path.Combine(studio.Sweeps, "wide"), trials: 12);
        using var young = SyntheticSweep.Make(Path.Combine(studio.Sweeps, "young"), trials: 4, claimed: 1);
        Directory.CreateDirectory(Path.Combine(studio.Sweeps, "hurt"));
        File.WriteAllText(Path.Combine(studio.Sweeps, "hurt", "sweep.json"), "{}");
        File.WriteAllText(Path.Combine(studio.Sweeps, "hurt", "sweep.yaml"), "method: random\n");
        Directory.CreateDirectory(Path.Combine(studio.Sweeps, "no-sweep"));
        await Task.Delay(300); // a look holds for a quarter of a second
        var list = await studio.Get("/sweeps");
        Assert.Contains("3 in ", list);
        Assert.DoesNotContain("no-sweep", list);
        Assert.Contains("href=\"/sweeps/wide\"", list);
        Assert.Contains("<td class=\"number\">12 of 12</td>", list);
        Assert.Contains("damaged", await studio.Get("/sweeps/hurt"));
        var page = await studio.Get("/sweeps/wide");
        Assert.Contains($"href=\"/runs/wide-{wide.Table().Best!.Number:0000}\"", page);
        Assert.Contains("The trials, the best first", page);
        Assert.Contains("running, epoch 2", await studio.Get("/sweeps/young"));
        using var missing = await studio.Http.GetAsync("/sweeps/nope");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Directory.Delete(Path.Combine(studio.Sweeps, "young"), recursive: true);
        await Task.Delay(300);
        Assert.DoesNotContain("/sweeps/young", await studio.Get("/sweeps"));
    }

    [Fact]
    public async Task A_sweeps_page_follows_its_trials_and_fits_every_screen()
    {
        await using var studio = await StudioHost.Start();
        using var sweep = SyntheticSweep.Make(Path.Combine(studio.Sweeps, "wide"), trials: 40, claimed: 1);
        await using (var tab = await browser.Open(studio.Address))
        {
            await tab.Page.GotoAsync("/sweeps/wide");
            await Assertions.Expect(tab.Page.Locator("#connection")).ToHaveTextAsync("live");
            await tab.Picture("sweep-wide");
            await tab.AssertFits();
            await Assertions.Expect(tab.Page.Locator("[data-live=sweep-trials]")).ToContainTextAsync("trial 40 (epoch 2 of 9)");
            var trial = sweep.Store.Read().Trials[40];
            sweep.Store.Report(new TrialClaim(40, trial.Settings, trial.Attempt, trial.Tries, trial.Reports), new TrialReport(2, 2.4, 2.4, 0.5, true));
            await Assertions.Expect(tab.Page.Locator("[data-live=sweep-trials]")).ToContainTextAsync("trial 40 (epoch 3 of 9)", new() { Timeout = 10_000 });

            // A trial's number makes its line stand out.
            var best = sweep.Table().Best!.Number;
            await tab.Page.Locator($"a[href='#trial-{best}']").ClickAsync();
            await Assertions.Expect(tab.Page.Locator($"#trial-{best} path")).ToHaveCSSAsync("stroke-width", "4px");
        }

        await using var narrow = await browser.Open(studio.Address, width: 390, height: 800, ColorScheme.Dark);
        await narrow.Page.GotoAsync("/sweeps/wide");
        await narrow.Picture("sweep-narrow-dark");
        await narrow.AssertFits();
        await narrow.Page.GotoAsync("/sweeps");
        await narrow.AssertFits();
        await narrow.Picture("sweeps-narrow-dark");
    }
}
