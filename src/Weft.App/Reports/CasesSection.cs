using System.Globalization;
using System.Text.Json.Nodes;

namespace Weft.App;

/// <summary>Mistakes one by one, and the galleries.</summary>
internal static class CasesSection
{
    private const int GalleryShown = 24;

    public static Html Render(ReportRun run)
    {
        var images = new ReportImages(run.Pictures);
        var cases = run.Pictures["cases"]!.AsArray();
        var explained = cases.Count == 0 ? Html.Of($"<p>No mistakes to explain.</p>") : Html.Of($"<div class=\"cases\">{Html.Join(cases.Select(one => Case(one!.AsObject(), run, images)))}</div>");
        var galleries = run.Pictures["galleries"]!;
        return Html.Of(
            $"""
            <section><h2>Mistakes one by one</h2>
            <p class="read">First the image, then where the network looked for the true class and for the one it said (Grad-CAM: red counted most, each on its own scale), then the training images that it finds most similar, with the true class and with the one it said. Typical: share of the class's training images that lie farther from the class's centre.</p>
            {explained}</section>
            {Gallery("Surest mistakes", galleries["confidently_wrong"]!, run, images)}{Gallery("Largest losses", galleries["top_losses"]!, run, images)}{Gallery("Least certain, right or wrong", galleries["least_certain"]!, run, images)}
            """);
    }

    private static Html Case(JsonObject one, ReportRun run, ReportImages images)
    {
        var (label, prediction) = (run.ClassName(one["label"]), run.ClassName(one["prediction"]));
        var probabilities = one["probabilities"]!.AsArray();
        string Probability(string key) => Figures.Percent(probabilities[one[key]!.GetValue<int>()]!.GetValue<double>(), 0);
        Html Row(string caption, Html content) => content.Markup.Length == 0 ? Html.Nothing : Html.Of($"<figure>{content}<figcaption>{caption}</figcaption></figure>");
        Html Similar(string key) => Html.Join(one[key]!.AsArray().Select(image => images.Sample(image!["pixels"], $"training image {image["index"]!.GetValue<int>().ToString(CultureInfo.InvariantCulture)}")));
        var remarks = one["remarks"]!.AsArray();
        return Html.Of(
            $"""
            <article class="case"><h3>#{one["index"]!.GetValue<int>()} <span>{label} taken for {prediction}</span></h3>
            <div class="strip">{Row("image", images.Sample(one["pixels"], label))}{Row($"for {label}", images.Heat(one["pixels"], one["saliency_of_label"], "saliency of the true class"))}{Row($"for {prediction}", images.Heat(one["pixels"], one["saliency_of_prediction"], "saliency of the predicted class"))}{Row($"nearest: {label}", Similar("nearest_of_label"))}{Row($"nearest: {prediction}", Similar("nearest_of_prediction"))}</div>
            <p>{prediction} {Probability("prediction")}, {label} {Probability("label")}. Typical of {label}: {Figures.Percent(one["typicality"]!.GetValue<double>(), 0)}; of {prediction}: {Figures.Percent(one["typicality_of_prediction"]!.GetValue<double>(), 0)}.{(remarks.Count == 0 ? "" : " " + Sentence(string.Join("; ", remarks.Select(remark => remark!.GetValue<string>()))) + ".")}</p></article>
            """);
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static Html Gallery(string title, JsonNode gallery, ReportRun run, ReportImages images)
    {
        var items = gallery.AsArray().Take(GalleryShown).Select(item => Html.Of(
            $"<figure class=\"{(item!["label"]!.GetValue<int>() == item["prediction"]!.GetValue<int>() ? "right" : "wrong")}\">{images.Sample(item["pixels"], run.ClassName(item["label"]))}<figcaption>#{item["index"]!.GetValue<int>()}<br>{run.ClassName(item["label"])}<br>→ {run.ClassName(item["prediction"])} {Figures.Percent(item["probability"]?.GetValue<double>() ?? double.NaN, 0)}</figcaption></figure>"));
        return Html.Of($"<section><h2>{title}</h2><div class=\"gallery\">{Html.Join(items)}</div></section>");
    }
}
