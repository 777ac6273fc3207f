using System.Text.Json.Nodes;

namespace Weft.App;

/// <summary>Which classes are taken for which.</summary>
internal static class MistakesSection
{
    private const int PairsShown = 12;

    public static Html Render(ReportRun run)
    {
        var classes = run.Classes.Select(Printable.Escape).ToArray();
        int[] counts = [.. run.Summary["confusion"]!.AsArray().SelectMany(row => row!.AsArray()).Select(count => count!.GetValue<int>())];
        var perClass = Html.Join(run.Summary["per_class"]!.AsArray().Select(c => Html.Of(
            $"<tr><th scope=\"row\">{c!["name"]!.GetValue<string>()}</th><td>{Share(c["recall"])}</td><td>{Share(c["precision"])}</td><td>{Share(c["f1"])}</td><td>{c["count"]!.GetValue<int>()}</td><td>{Figures.Count(c["training_images"]!.GetValue<int>())}</td></tr>")));
        var pairs = Html.Join(run.Summary["confused_pairs"]!.AsArray().Take(PairsShown).Select(pair => Html.Of(
            $"<tr><th scope=\"row\">{run.ClassName(pair!["label"])} → {run.ClassName(pair["prediction"])}</th><td>{pair["count"]!.GetValue<int>()}</td><td>{Share(pair["share"])}</td><td>{Share(pair["rate"])}</td></tr>")));
        return Html.Of(
            $"""
            <section><h2>What is taken for what</h2>
            <p class="read">Rows are what the images show, columns what the network said; numbers are percent of the row. On the diagonal it is right.</p>
            <div class="wide">{new Html(ConfusionChart.ToHtml(counts, classes))}</div>
            <div class="columns"><div class="wide"><h3>Each class</h3><table class="numbers"><thead><tr><th>class</th><th>recall</th><th>precision</th><th>F1</th><th>images</th><th>in training</th></tr></thead><tbody>{perClass}</tbody></table></div>
            <div class="wide"><h3>Most confused</h3><table class="numbers"><thead><tr><th>is → said</th><th>times</th><th>of all mistakes</th><th>of the class</th></tr></thead><tbody>{pairs}</tbody></table></div></div></section>
            """);
    }

    private static string Share(JsonNode? ratio) => Figures.Percent(ratio?.GetValue<double>() ?? double.NaN, 1);
}
