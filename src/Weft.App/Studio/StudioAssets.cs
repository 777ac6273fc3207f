namespace Weft.App;

/// <summary>The files a page needs, from the program itself.</summary>
internal static class StudioAssets
{
    public static string Style { get; } = ChartStyle.Css + Read("studio.css");

    public static string Script { get; } = Read("studio.js");

    public static string Icon { get; } = Read("icon.svg");

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(StudioAssets).Assembly.GetManifestResourceStream("Weft.App.Studio.Assets." + name)!);
        return reader.ReadToEnd();
    }
}
