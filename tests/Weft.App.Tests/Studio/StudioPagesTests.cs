using System.Diagnostics;
using System.Net;
using Weft.Training;

namespace Weft.App.Tests;

public class StudioPagesTests
{
    [Fact]
    public async Task Nothing_yet_is_said_with_what_to_do()
    {
        await using var studio = await StudioHost.Start();
        Assert.Contains("weft train", await studio.Get("/"));
        Directory.Delete(studio.Runs);
        Assert.Contains("No runs yet", await studio.Get("/?sort=name"));
    }

    [Fact]
    public async Task A_list_shows_how_each_run_stands()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            new SyntheticRun(runs, "done", 1, epochs: 3).EpochsUpTo(3, 100).Stop().Write();
            new SyntheticRun(runs, "early", 2, epochs: 9).EpochsUpTo(3, 100).Stop(StopReasons.NoImprovement).Write();
            new SyntheticRun(runs, "cut", 3, epochs: 9).EpochsUpTo(3, 100).Stop(StopReasons.Interrupted).Write();
            new SyntheticRun(runs, "wild", 4, epochs: 9).EpochsUpTo(3, 100).Stop(StopReasons.Diverged).Write();
            new SyntheticRun(runs, "gone", 5, epochs: 9).EpochsUpTo(3, 100).Write();
            new SyntheticRun(runs, "new", 6, epochs: 9).Write();
            Directory.CreateDirectory(Path.Combine(runs, "no-run"));
        });
        var live = new SyntheticRun(studio.Runs, "live", 7, epochs: 4).EpochsUpTo(1, 100).Write();
        using (live.Train())
        {
            var page = await After(studio, "/");
            Assert.Contains("7 in runs", page);
            Assert.Contains("1 being trained", page);
            foreach (var state in new[] { "completed", "stopped early", "interrupted", "diverged", "unfinished", "training" })
                Assert.Contains($">{state}</span>", page);
            Assert.DoesNotContain("no-run", page);
            Assert.Contains("1/4", page);
        }

        Assert.DoesNotContain("being trained", await After(studio, "/"));
    }

    [Fact]
    public async Task Search_sort_and_pages_choose_rows()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            for (var i = 0; i < 130; i++)
                new SyntheticRun(runs, $"r{i:000}", i, epochs: 2).EpochsUpTo(2, 430).Stop().Write();
        });
        var first = await studio.Get("/?sort=name");
        Assert.Contains("/runs/r000\"", first);
        Assert.DoesNotContain("/runs/r100\"", first);
        Assert.Contains("Page 1 of 2", first);
        Assert.Contains("/runs/r100\"", await studio.Get("/?sort=name&page=2"));
        var found = await studio.Get("/?q=r01+cnn5");
        Assert.Contains("/runs/r012\"", found);
        Assert.DoesNotContain("/runs/r013\"", found);
        Assert.Contains("Nothing fits", await studio.Get("/?q=zebra"));
        var best = await studio.Get("/?sort=accuracy");
        var shares = System.Text.RegularExpressions.Regex.Matches(best, @"best"">([0-9.]+) %<")
            .Select(match => double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(100, shares.Count);
        Assert.Equal(shares.OrderDescending(), shares);
    }

    [Theory]
    [InlineData("/?sort=size")]
    [InlineData("/?page=0")]
    [InlineData("/?page=two")]
    [InlineData("/?sort=name&sort=time")]
    [InlineData("/runs/one?scale=cubic")]
    [InlineData("/runs/one?smoothing=100")]
    [InlineData("/runs/one?smoothing=-1")]
    [InlineData("/runs/one?x=moon")]
    [InlineData("/compare?run=1&run=2&run=3&run=4&run=5&run=6&run=7&run=8&run=9")]
    public async Task An_address_that_makes_no_sense_is_told_so(string path)
    {
        await using var studio = await StudioHost.Start(fill: runs => new SyntheticRun(runs, "one", epochs: 2).EpochsUpTo(1, 100).Write());
        using var answer = await studio.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Expected: ", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_a_404_that_leads_back()
    {
        await using var studio = await StudioHost.Start();
        using var answer = await studio.Http.GetAsync("/runs/nope");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("href=\"/\"", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/runs/new")]
    [InlineData("/compare?run=new")]
    public async Task A_run_that_began_a_moment_ago_is_there(string path)
    {
        await using var studio = await StudioHost.Start();
        await studio.Get("/"); // the studio has looked, and would not look again for a while
        new SyntheticRun(studio.Runs, "new", epochs: 2).EpochsUpTo(1, 100).Write();
        Assert.Contains("new", await studio.Get(path));
    }

    [Fact]
    public async Task A_newer_versions_run_is_shown_as_unreadable()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            var run = new SyntheticRun(runs, "new", epochs: 2).EpochsUpTo(1, 100).Write();
            File.WriteAllText(run.Folder.InformationFile, File.ReadAllText(run.Folder.InformationFile).Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal));
            var events = new SyntheticRun(runs, "new-events", epochs: 2).EpochsUpTo(1, 100).Write();
            File.AppendAllText(events.Folder.EventsFile, "{\"type\":\"epoch\",\"v\":2}\n");
        });
        var page = await studio.Get("/");
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Count(page, ">unreadable</span>"));
        Assert.Contains("newer", await studio.Get("/runs/new"));
        Assert.Contains("newer", await studio.Get("/runs/new-events"));
    }

    [Fact]
    public async Task Damaged_and_torn_lines_do_not_hide_the_others()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            var run = new SyntheticRun(runs, "hurt", epochs: 9).EpochsUpTo(3, 100).Write();
            File.AppendAllText(run.Folder.EventsFile, "\u0000garbage\n");
            run.EpochsUpTo(4, 100).Tell(new Warned("disk-full", "checkpoint not saved", "last is intact")).Write();
            File.AppendAllText(run.Folder.EventsFile, "{\"type\":\"st");
        });
        var page = await studio.Get("/runs/hurt");
        Assert.Contains("1 of its events cannot be read", page);
        Assert.Contains("checkpoint not saved", page);
        Assert.Contains("<b>4<small> of 9</small></b>", page);
    }

    [Fact]
    public async Task Head_answers_as_get_without_the_text()
    {
        await using var studio = await StudioHost.Start(fill: runs => new SyntheticRun(runs, "one", epochs: 2).EpochsUpTo(1, 100).Stop().Write());
        foreach (var path in new[] { "/", "/runs/one", "/compare?run=one", "/studio.css", "/nowhere" })
        {
            using var head = await studio.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            using var get = await studio.Http.GetAsync(path);
            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_run_that_takes_the_place_of_another_is_read_anew()
    {
        await using var studio = await StudioHost.Start(fill: runs => new SyntheticRun(runs, "one", 1, epochs: 5).EpochsUpTo(5, 100).Stop().Write());
        Assert.Contains("<b>5<small> of 5</small></b>", await studio.Get("/runs/one"));
        Directory.Delete(Path.Combine(studio.Runs, "one"), recursive: true);
        Assert.DoesNotContain("/runs/one\"", await After(studio, "/"));
        new SyntheticRun(studio.Runs, "one", 9, epochs: 8).EpochsUpTo(2, 100).Write();
        var page = await After(studio, "/runs/one");
        Assert.Contains("<b>2<small> of 8</small></b>", page);
        Assert.Contains("seed 9", page);
    }

    [Fact]
    public async Task Pages_hear_of_a_change_and_of_no_other_run() => await FromChangeToPage();

    [Fact, Trait("lane", "timing")]
    public async Task Pages_hear_of_a_change_within_two_seconds() => Assert.InRange(await FromChangeToPage(), TimeSpan.Zero, TimeSpan.FromSeconds(2));

    private static async Task<TimeSpan> FromChangeToPage()
    {
        await using var studio = await StudioHost.Start(fill: runs =>
        {
            new SyntheticRun(runs, "still", 1, epochs: 5).EpochsUpTo(5, 100).Stop().Write();
        });
        var run = new SyntheticRun(studio.Runs, "one", 2, epochs: 5).EpochsUpTo(1, 100).Write();
        await studio.Get("/");
        using var stream = new StreamReader(await studio.Http.GetStreamAsync("/live"));
        Assert.Equal("retry: 1000", await stream.ReadLineAsync());
        await Until(stream, "event: hello");
        run.EpochsUpTo(2, 100).Write();
        var written = Stopwatch.StartNew();
        await Until(stream, "event: runs");
        Assert.Equal("data: [\"one\"]", await stream.ReadLineAsync());
        return written.Elapsed;
    }

    [Fact]
    public async Task The_studio_ends_although_pages_are_open() => await End();

    [Fact, Trait("lane", "timing")]
    public async Task The_studio_ends_at_once_although_pages_are_open() => Assert.InRange(await End(), TimeSpan.Zero, TimeSpan.FromSeconds(5));

    private static async Task<TimeSpan> End()
    {
        var studio = await StudioHost.Start();
        using var stream = new StreamReader(await studio.Http.GetStreamAsync("/live"));
        await Until(stream, "event: hello");
        var ended = Stopwatch.StartNew();
        await studio.DisposeAsync();
        return ended.Elapsed;
    }

    // A page is at most a quarter of a second old; what a test wants to see is newer.
    private static async Task<string> After(StudioHost studio, string path)
    {
        await Task.Delay(300);
        return await studio.Get(path);
    }

    private static async Task Until(StreamReader stream, string line)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await stream.ReadLineAsync(patience.Token) is { } found)
        {
            if (found == line)
                return;
        }
        Assert.Fail($"the stream ended without '{line}'");
    }
}
