namespace Weft.App;

/// <summary>The style sheet of the report.</summary>
internal static class ReportStyle
{
    private static readonly Lazy<string> Text = new(() =>
    {
        using var reader = new StreamReader(typeof(ReportStyle).Assembly.GetManifestResourceStream("Weft.App.Reports.report.css")!);
        return reader.ReadToEnd();
    });

    public static string Css => Text.Value;
}
