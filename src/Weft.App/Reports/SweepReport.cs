using System.Text;
using Weft.Training;

namespace Weft.App;

/// <summary>Makes the page about a sweep: <c>report.html</c> in its folder.</summary>
internal static class SweepReport
{
    /// <summary>Rules for what is shown of a sweep, beside those of the page and of the charts.</summary>
    public static string Css { get; } = EmbeddedText.Read("Reports.sweep.css");

    /// <summary>Writes the report of a sweep as it is now.</summary>
    /// <returns>Where it is.</returns>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.DiskFull"/> or <see cref="ErrorKind.IoError"/>: it cannot be written; else as reading the sweep.
    /// </exception>
    public static string Write(Sweep sweep)
    {
        sweep.Keep(); // one whose rows are elsewhere may have no folder yet
        var file = sweep.Folder.ReportFile;
        OutputFile.Write(
            file, Encoding.UTF8.GetBytes(Page(new ShownSweep(sweep), TimeProvider.System.GetUtcNow())), "the report cannot be written",
            new Advice($"make room, then: weft sweep show {SweepText.Reference(sweep)} --report"));
        return file;
    }

    /// <param name="made">When it was made, which stands on it.</param>
    public static string Page(ShownSweep sweep, DateTimeOffset made) => PageRenderer.Render(typeof(SweepReportPage), new()
    {
        [nameof(SweepReportPage.Sweep)] = sweep,
        [nameof(SweepReportPage.Made)] = made,
    }).GetAwaiter().GetResult().Replace(" %", "\u00a0%", StringComparison.Ordinal); // a per cent sign stays with its number
}
