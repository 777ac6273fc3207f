namespace Weft.App;

/// <summary>The files a page needs, from the program itself.</summary>
internal static class StudioAssets
{
    public static string Style { get; } = ChartStyle.Css + EmbeddedText.Read("Studio.Assets.studio.css") + SweepReport.Css;

    public static string Script { get; } = EmbeddedText.Read("Studio.Assets.studio.js");

    public static string ReviewScript { get; } = EmbeddedText.Read("Studio.Assets.review.js");

    public static string Icon { get; } = EmbeddedText.Read("Studio.Assets.icon.svg");
}
