using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Who looked at the test images, and how often.</summary>
internal static class LedgerSection
{
    private const int Shown = 40;

    public static Html Render(TestOpenings openings)
    {
        var all = openings.Openings;
        var damaged = openings.DamagedLines == 0
            ? ""
            : $" {openings.DamagedLines} {(openings.DamagedLines == 1 ? "line" : "lines")} of the ledger cannot be read; each may have been one more.";
        if (all.Count == 0)
            return Html.Of($"<section><h2>Test-set ledger</h2><p>The test images were never opened.{damaged}</p></section>");
        var rows = Html.Join(all.TakeLast(Shown).Select(opening => Html.Of(
            $"<tr><td>{opening.Time.UtcDateTime.ToString(
                "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}</td><td>{opening.Run}@{opening.Checkpoint}</td></tr>")));
        var times = all.Count == 1 ? "once" : $"{all.Count.ToString(CultureInfo.InvariantCulture)} times";
        return Html.Of(
            $"""
            <section><h2>Test-set ledger</h2><p class="read">The test images were opened {times} by the runs of this folder.
            Each look that influences a choice makes a test result count for less.{damaged}</p>
            <details><summary>{(all.Count > Shown ? $"The last {Shown}" : "All of them")}</summary><div class="wide"><table class="numbers">
            <thead><tr><th>when (UTC)</th><th>what</th></tr></thead><tbody>{rows}</tbody></table></div></details></section>
            """);
    }
}
