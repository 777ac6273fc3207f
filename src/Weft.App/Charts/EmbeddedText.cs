namespace Weft.App;

/// <summary>The text files inside the program.</summary>
internal static class EmbeddedText
{
    /// <param name="name">The file's path in the project, with dots: "Charts.charts.css".</param>
    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(EmbeddedText).Assembly.GetManifestResourceStream("Weft.App." + name)!);
        return reader.ReadToEnd();
    }
}
