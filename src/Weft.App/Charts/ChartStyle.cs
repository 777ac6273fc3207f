namespace Weft.App;

/// <summary>The style sheet of all charts: for the studio's pages, and to be put into a page that stands alone.</summary>
internal static class ChartStyle
{
    /// <summary>How many colours curves have; a curve's number counts on from the first again after that.</summary>
    public const int Colors = 8;

    /// <summary>Rules for everything the charts draw. Light and dark follow the reader's preference; a page may set the variables otherwise.</summary>
    public static string Css { get; } = EmbeddedText.Read("Charts.charts.css");
}
