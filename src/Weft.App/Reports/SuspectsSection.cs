using System.Globalization;
using System.Text.Json.Nodes;

namespace Weft.App;

/// <summary>Labels that may be wrong.</summary>
internal static class SuspectsSection
{
    public static Html Render(ReportRun run)
    {
        var images = new ReportImages(run.Pictures);
        return Html.Of(
            $"""
            {Table($"Suspect labels of the {run.Split} images", run.Pictures["suspects"]!, run.Summary["label_errors"]!.GetValue<int>(), run, images)}
            {(run.Summary["training_label_errors"] is { } count ? Table("Suspect labels of the training images", run.Pictures["training_suspects"]!, count.GetValue<int>(), run, images) : Html.Nothing)}
            """);
    }

    private static Html Table(string title, JsonNode suspects, int count, ReportRun run, ReportImages images)
    {
        var shown = suspects.AsArray();
        if (shown.Count == 0)
            return Html.Nothing;
        var items = shown.Select(suspect => Html.Of(
            $"<figure>{images.Sample(suspect!["pixels"], run.ClassName(suspect["label"]))}<figcaption>#{suspect["index"]!.GetValue<int>()}<br>{run.ClassName(suspect["label"])}? {suspect["score"]!.GetValue<double>().ToString("F3", CultureInfo.InvariantCulture)}<br>→ {run.ClassName(suspect["suggested"])}</figcaption></figure>"));
        return Html.Of(
            $"""
            <section><h2>{title}</h2><p class="read">Confident learning counts {Figures.Count(count)} labels that the network contradicts with more certainty than it usually has for the class; the {shown.Count} most suspect, each with the number it is ranked by (the lower, the less the network believes the label) and the class it suggests. Nothing was removed or changed: look before you do.</p><div class="gallery">{Html.Join(items)}</div></section>
            """);
    }
}
