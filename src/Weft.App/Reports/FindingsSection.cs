using Weft.Training;

namespace Weft.App;

/// <summary>What a person should know first, each with the command to try next.</summary>
internal static class FindingsSection
{
    public static Html Render(ReportRun run)
    {
        var findings = run.Summary.Findings;
        if (findings.Count == 0)
            return Html.Nothing;
        var items = Html.Join(findings.Select(finding => Html.Of($"<li>{finding.Sentence}{Next(finding.StepFor(run.Reader.Folder))}</li>")));
        return Html.Of($"<section><h2>Findings</h2><ul class=\"findings\">{items}</ul></section>");
    }

    private static Html Next(NextStep? step) => step is null ? Html.Nothing : Html.Of($"<br><code>{CommandText.For(step)}</code>");
}
