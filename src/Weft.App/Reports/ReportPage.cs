using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>The report: one page that needs nothing beside itself. No script, no request, readable on a phone and on paper.</summary>
internal sealed class ReportPage(IReadOnlyList<ReportRun> runs, TestOpenings openings, Html comparison, DateTimeOffset made)
{
    // A page with more pictures than this takes long to open on a phone.
    private const int RunsWithPictures = 6;

    public string Render()
    {
        var title = runs.Count == 1 ? $"{runs[0].Name}: what it learned and where it errs" : $"{runs.Count} networks compared";
        var page = new StringBuilder();
        page.Append(Html.Of(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"><meta name="referrer" content="no-referrer">
            <title>{title}</title><style>{new Html(ChartStyle.Css)}{new Html(ReportStyle.Css)}</style></head><body><main>
            <header><p class="eyebrow">Weft report</p><h1>{title}</h1><p class="meta">{made.ToString("d MMMM yyyy, HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture)} · data set {runs[0].Reader.Information.Data.Name} · {Images()} {runs[0].Split} images</p></header>
            """));
        page.Append(OverviewSection.Render(runs));
        page.Append(comparison);
        for (var i = 0; i < runs.Count; i++)
        {
            var run = runs[i];
            if (runs.Count > 1)
                page.Append(Html.Of($"<h2 class=\"run-title\" id=\"run-{i + 1}\">{run.Name}</h2>"));
            page.Append(FindingsSection.Render(run));
            page.Append(TrainingSection.Render(run));
            page.Append(MistakesSection.Render(run));
            page.Append(ReasonsSection.Render(run));
            if (i < RunsWithPictures)
                page.Append(CasesSection.Render(run));
            page.Append(ConfidenceSection.Render(run));
            if (i < RunsWithPictures)
                page.Append(SuspectsSection.Render(run));
            page.Append(MethodsSection.Render(run));
        }

        page.Append(LedgerSection.Render(openings));
        return page.Append("</main></body></html>\n").ToString();
    }

    // Each run sets aside as many validation images as its configuration says.
    private string Images()
    {
        var counts = runs.Select(run => run.Summary.Count).ToList();
        return counts.Min() == counts.Max() ? Figures.Count(counts[0]) : $"{Figures.Count(counts.Min())} to {Figures.Count(counts.Max())}";
    }
}
