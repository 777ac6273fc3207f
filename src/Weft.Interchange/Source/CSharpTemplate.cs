namespace Weft.Interchange;

/// <summary>The text that generated C# is made of, in parts that are called as the lines between them say.</summary>
internal static class CSharpTemplate
{
    /// <summary>What every file begins with.</summary>
    public const string Start = "start";

    /// <summary>What every file ends with.</summary>
    public const string End = "end";

    private const string Mark = "//# ";

    /// <summary>The parts by their names, in the order of the file.</summary>
    public static IReadOnlyDictionary<string, string> Parts => field ??= Read();

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(CSharpTemplate).Assembly.GetManifestResourceStream("Classifier.cs.txt")!;
        using var reader = new StreamReader(stream);
        var text = $"{Mark}{Start}\n" + reader.ReadToEnd().ReplaceLineEndings("\n");
        return text.Split(Mark, StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('\n', 2)).ToDictionary(part => part[0], part => part[1]);
    }
}
