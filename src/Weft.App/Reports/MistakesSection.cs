namespace Weft.App;

/// <summary>Which classes are taken for which.</summary>
internal static class MistakesSection
{
    private const int PairsShown = 12;

    public static Html Render(ReportRun run)
    {
        var classes = run.Summary.Classes.Select(Printable.Escape).ToArray();
        int[] counts = [.. run.Summary.Confusion.SelectMany(row => row)];
        var perClass = Html.Join(run.Summary.PerClass.Select(c => Html.Of(
            $"<tr><th scope=\"row\">{c.Name}</th><td>{Share(c.Recall)}</td><td>{Share(c.Precision)}</td><td>{Share(c.F1)}</td><td>{c.Count}</td><td>{Figures.Count(c.TrainingImages)}</td></tr>")));
        var pairs = Html.Join(run.Summary.ConfusedPairs.Take(PairsShown).Select(pair => Html.Of(
            $"<tr><th scope=\"row\">{run.ClassName(pair.Label)} → {run.ClassName(pair.Prediction)}</th><td>{pair.Count}</td><td>{Share(pair.Share)}</td><td>{Share(pair.Rate)}</td></tr>")));
        return Html.Of(
            $"""
            <section><h2>What is taken for what</h2>
            <p class="read">Rows are what the images show, columns what the network said; numbers are percent of the row. On the diagonal it is right.</p>
            <div class="wide">{new Html(ConfusionChart.ToHtml(counts, classes))}</div>
            <div class="columns"><div class="wide"><h3>Each class</h3><table class="numbers"><thead><tr><th>class</th><th>recall</th><th>precision</th><th>F1</th><th>images</th><th>in training</th></tr></thead><tbody>{perClass}</tbody></table></div>
            <div class="wide"><h3>Most confused</h3><table class="numbers"><thead><tr><th>is → said</th><th>times</th><th>of all mistakes</th><th>of the class</th></tr></thead><tbody>{pairs}</tbody></table></div></div></section>
            """);
    }

    private static string Share(double? ratio) => Figures.Percent(ratio ?? double.NaN, 1);
}
