using System.Text.RegularExpressions;
using Weft.Training;

namespace Weft.App.Tests;

public sealed partial class SweepReportTests : IDisposable
{
    private const string Evil = "<script>alert(1)</script>\u202e\"'&";

    private readonly TempFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_page_needs_nothing_beside_itself_and_escapes_what_comes_from_outside()
    {
        using var sweep = SyntheticSweep.Make(_place.At("sweeps/wide"), trials: 30, description: Evil);
        var page = File.ReadAllText(SweepReport.Write(sweep));
        Assert.True(page.Length < 500_000, $"{page.Length} characters");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202e', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u202E", page);
        Assert.Contains("Content-Security-Policy\" content=\"default-src 'none'", page);
        Assert.All(References().Matches(page), reference => Assert.StartsWith("#", reference.Groups[1].Value));
        Assert.DoesNotContain("url(", page);
        Assert.DoesNotContain("@import", page);
        Assert.All(
            ["The trials, the best first", "Which settings went with which result", "What each parameter explains",
                "What ending trials early cost and saved", "Whether the search found anything", "Method"],
            heading => Assert.Matches($"<h[23]>{heading}</h[23]>", page));
    }

    [Fact]
    public void Each_drawing_says_what_it_shows_and_each_trial_is_a_line_that_its_row_leads_to()
    {
        using var sweep = SyntheticSweep.Make(_place.At("sweeps/wide"), trials: 30);
        var page = File.ReadAllText(SweepReport.Write(sweep));
        Assert.All(Regex.Matches(page, "<svg[^>]*role=\"img\"[^>]*>").Select(match => match.Value), svg => Assert.Matches("aria-label=\"[^\"]{10,}\"", svg));
        var lines = Regex.Matches(page, "<g class=\"parallel-line ([^\"]*)\" id=\"(trial-[0-9]+)\"><title>([^<]+)</title>").ToList();
        Assert.Equal(30, lines.Count);
        Assert.Equal(lines.Select(line => "#" + line.Groups[2].Value).Order(), References().Matches(page).Select(link => link.Groups[1].Value).Order());
        Assert.Equal(Enumerable.Repeat(6, 5), lines.CountBy(line => line.Groups[1].Value[..2]).OrderBy(shade => shade.Key).Select(shade => shade.Value));

        // The best is drawn last, over the others, and says the same as the first row of the table.
        var best = sweep.Table().Best!;
        Assert.Equal($"trial-{best.Number}", lines[^1].Groups[2].Value);
        var first = Regex.Match(page, "<tr class=\"best\">.*?<td>([0-9.]+)</td>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Equal(Figures.Loss(best.Best!.Value.Value), first);
        Assert.Contains($"trial {best.Number}: validation loss {first}", lines[^1].Groups[3].Value);
        Assert.Contains("trial 0, the default", page);
    }

    [Fact]
    public void Pruning_is_accounted_for_and_a_weak_agreement_asks_for_a_later_look()
    {
        // The values of the first look are the wrong way round: who leads then is behind in the end.
        using var misled = SyntheticSweep.Make(_place.At("sweeps/misled"), trials: 30, early: value => 9 - value);
        var page = File.ReadAllText(SweepReport.Write(misled));
        var table = misled.Table();
        var (pruned, finished) = (table.Count(TrialState.Pruned), table.Count(TrialState.Finished));
        Assert.InRange(pruned, 5, 25);
        var spent = table.Rows.Trials.Sum(trial => trial.Epochs);
        Assert.Contains($"{pruned} trials ended early: {spent} epochs were trained in place of {30 * SyntheticSweep.Epochs}", page);
        Assert.Matches("<td>−[01].[0-9]+</td>", page);
        Assert.Contains("a later first look would prune better", page);
        Assert.Contains("min_iter: 3", page);
        Assert.DoesNotMatch("@(if|foreach|\\()", page); // no code that Razor took for text
        using var trusted = SyntheticSweep.Make(_place.At("sweeps/trusted"), trials: 30);
        Assert.DoesNotContain("a later first look", File.ReadAllText(SweepReport.Write(trusted)));
        Assert.InRange(finished, 3, 25);
    }

    [Fact]
    public void Finals_say_the_winners_curse_and_what_cannot_be_told_apart()
    {
        using var sweep = SyntheticSweep.Make(_place.At("sweeps/wide"), trials: 12);
        Assert.Contains("weft sweep finals", File.ReadAllText(SweepReport.Write(sweep)));
        File.WriteAllText(sweep.Folder.FinalsFile, """
            contender,label,seeds,metric,mean,deviation,difference,difference_margin,corrected_p,told_apart,searched,luck,epochs,chosen
            default,the default,3,validation_loss,0.52,0.004,,,,,,,9,
            0007,"trial 7: batch 64, rate 0.1",3,validation_loss,0.41,0.005,-0.11,0.02,2E-09,yes,0.39,0.02,9,yes
            0003,trial 3,3,validation_loss,0.515,0.009,-0.005,0.02,0.9,no,0.4,0.115,9,
            0004,trial 4,0,validation_loss,,,,,,no,0.42,,,

            """);
        var page = File.ReadAllText(SweepReport.Write(sweep));
        Assert.Contains("It did: trial 7: batch 64, rate 0.1 is better than the default beyond chance. Take it.", page);
        Assert.Matches(
            "(?s)trial 7: batch 64, rate 0.1</th><td>0.4100</td>\\s*<td>0.0050</td>\\s*<td>0.3900</td><td>&#x2B;0.0200</td>\\s*<td>−0.1100</td>", page);
        Assert.Contains("&lt; 0.0001", page);
        Assert.Matches("(?s)>trial 3</th>.*?cannot be told apart", page);
        Assert.Matches("(?s)>trial 4</th><td>–</td>.*?diverged", page);
        File.WriteAllText(sweep.Folder.FinalsFile, "contender,seeds\n\"a");
        Assert.Equal(ErrorKind.StoreDamaged, Assert.Throws<WeftException>(() => SweepReport.Write(sweep)).Kind);
    }

    [Fact]
    public void A_sweep_without_a_result_has_a_page_too()
    {
        using var sweep = SyntheticSweep.Make(_place.At("sweeps/young"), trials: 0);
        var page = File.ReadAllText(SweepReport.Write(sweep));
        Assert.Contains("None has begun yet.", page);
        Assert.Contains("Fewer than two trials have a result so far.", page);
        sweep.Store.Propose(0, sweep.Defaults);
        Assert.Contains("waiting", File.ReadAllText(SweepReport.Write(sweep)));
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex References();
}
