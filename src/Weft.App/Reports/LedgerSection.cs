using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Who looked at the test images, and how often.</summary>
internal static class LedgerSection
{
    private const int Shown = 40;

    public static Html Render(IReadOnlyList<TestOpening> openings)
    {
        if (openings.Count == 0)
            return Html.Of($"<section><h2>Test-set ledger</h2><p>The test images were never opened.</p></section>");
        var rows = Html.Join(openings.TakeLast(Shown).Select(opening => Html.Of($"<tr><td>{opening.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}</td><td>{opening.Run}@{opening.Checkpoint}</td></tr>")));
        return Html.Of(
            $"""
            <section><h2>Test-set ledger</h2><p class="read">The test images were opened {(openings.Count == 1 ? "once" : $"{openings.Count.ToString(CultureInfo.InvariantCulture)} times")} by the runs of this folder. Each look that influences a choice makes a test result count for less.</p>
            <details><summary>{(openings.Count > Shown ? $"The last {Shown}" : "All of them")}</summary><div class="wide"><table class="numbers"><thead><tr><th>when (UTC)</th><th>what</th></tr></thead><tbody>{rows}</tbody></table></div></details></section>
            """);
    }
}
