using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Labels that may be wrong.</summary>
internal static class SuspectsSection
{
    public static Html Render(ReportRun run)
    {
        var images = new ReportImages(run.Pictures);
        return Html.Of(
            $"""
            {Table($"Suspect labels of the {run.Split} images", run.Pictures.Suspects, run.Summary.LabelErrors, run, images)}
            {(run.Summary.TrainingLabelErrors is { } count ? Table("Suspect labels of the training images", run.Pictures.TrainingSuspects, count, run, images) : Html.Nothing)}
            """);
    }

    private static Html Table(string title, IReadOnlyList<SuspectEntry> shown, int count, ReportRun run, ReportImages images)
    {
        if (shown.Count == 0)
            return Html.Nothing;
        var items = shown.Select(suspect => Html.Of(
            $"<figure>{images.Sample(suspect.Pixels!, run.ClassName(suspect.Label))}<figcaption>#{suspect.Index}<br>{run.ClassName(suspect.Label)}? {suspect.Score.ToString("F3", CultureInfo.InvariantCulture)}<br>→ {run.ClassName(suspect.Suggested)}</figcaption></figure>"));
        return Html.Of(
            $"""
            <section><h2>{title}</h2><p class="read">Confident learning counts {Figures.Count(count)} labels that the network contradicts with more certainty than it usually has for the class; the {shown.Count} most suspect, each with the number it is ranked by (the lower, the less the network believes the label) and the class it suggests. Nothing was removed or changed: look before you do.</p><div class="gallery">{Html.Join(items)}</div></section>
            """);
    }
}
