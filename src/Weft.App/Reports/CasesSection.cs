using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Mistakes one by one, and the galleries.</summary>
internal static class CasesSection
{
    private const int GalleryShown = 24;

    public static Html Render(ReportRun run)
    {
        var images = new ReportImages(run.Pictures);
        var cases = run.Pictures.Cases;
        var explained = cases.Count == 0 ? Html.Of($"<p>No mistakes to explain.</p>") : Html.Of($"<div class=\"cases\">{Html.Join(cases.Select(one => Case(one, run, images)))}</div>");
        var galleries = run.Pictures.Galleries;
        return Html.Of(
            $"""
            <section><h2>Mistakes one by one</h2>
            <p class="read">First the image, then where the network looked for the true class and for the one it said (Grad-CAM: red counted most, each on its own scale), then the training images that it finds most similar, with the true class and with the one it said. Typical: share of the class's training images that lie farther from the class's centre.</p>
            {explained}</section>
            {Gallery("Surest mistakes", galleries.ConfidentlyWrong, run, images)}{Gallery("Largest losses", galleries.TopLosses, run, images)}{Gallery("Least certain, right or wrong", galleries.LeastCertain, run, images)}
            """);
    }

    private static Html Case(CaseEntry one, ReportRun run, ReportImages images)
    {
        var (label, prediction) = (run.ClassName(one.Label), run.ClassName(one.Prediction));
        string Probability(int label) => Figures.Percent(one.Probabilities[label], 0);
        Html Row(string caption, Html content) => content.Markup.Length == 0 ? Html.Nothing : Html.Of($"<figure>{content}<figcaption>{caption}</figcaption></figure>");
        Html Similar(IEnumerable<SimilarImage> nearest) => Html.Join(nearest.Select(image => images.Sample(image.Pixels, string.Create(CultureInfo.InvariantCulture, $"training image {image.Index}"))));
        return Html.Of(
            $"""
            <article class="case"><h3>#{one.Index} <span>{label} taken for {prediction}</span></h3>
            <div class="strip">{Row("image", images.Sample(one.Pixels, label))}{Row($"for {label}", images.Heat(one.Pixels, one.SaliencyOfLabel, "saliency of the true class"))}{Row($"for {prediction}", images.Heat(one.Pixels, one.SaliencyOfPrediction, "saliency of the predicted class"))}{Row($"nearest: {label}", Similar(one.NearestOfLabel))}{Row($"nearest: {prediction}", Similar(one.NearestOfPrediction))}</div>
            <p>{prediction} {Probability(one.Prediction)}, {label} {Probability(one.Label)}. Typical of {label}: {Figures.Percent(one.Typicality, 0)}; of {prediction}: {Figures.Percent(one.TypicalityOfPrediction, 0)}.{(one.Remarks.Count == 0 ? "" : " " + Sentence(string.Join("; ", one.Remarks)) + ".")}</p></article>
            """);
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Html Gallery(string title, IReadOnlyList<GalleryEntry> gallery, ReportRun run, ReportImages images)
    {
        var items = gallery.Take(GalleryShown).Select(item => Html.Of(
            $"<figure class=\"{(item.Label == item.Prediction ? "right" : "wrong")}\">{images.Sample(item.Pixels, run.ClassName(item.Label))}<figcaption>#{item.Index}<br>{run.ClassName(item.Label)}<br>→ {run.ClassName(item.Prediction)} {Figures.Percent(item.Probability ?? double.NaN, 0)}</figcaption></figure>"));
        return Html.Of($"<section><h2>{title}</h2><div class=\"gallery\">{Html.Join(items)}</div></section>");
    }
}
