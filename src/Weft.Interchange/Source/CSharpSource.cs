using System.Text;

namespace Weft.Interchange;

/// <summary>What a person may choose of generated C#.</summary>
internal sealed record CSharpOptions
{
    /// <summary>The name of the class.</summary>
    public required string ClassName { get; init; }

    /// <value>Whether the weights of convolutions and linear layers have 16 bits. Default: false.</value>
    public bool Half { get; init; }

    /// <summary>Lines for people about where the network comes from, before the first one of the code.</summary>
    public required IReadOnlyList<string> Header { get; init; }

    /// <summary>A class name made of a file's or a run's: <c>small-1</c> gives <c>Small1Classifier</c>.</summary>
    public static string ClassNameOf(string name)
    {
        const string Suffix = "Classifier";
        var letters = new StringBuilder();
        var isStart = true;
        foreach (var letter in name)
        {
            var isPart = char.IsAsciiLetterOrDigit(letter);
            if (isPart)
                letters.Append(isStart ? char.ToUpperInvariant(letter) : letter);
            isStart = !isPart;
        }

        var text = letters.ToString();
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text = "Picture" + text;
        return text.EndsWith(Suffix, StringComparison.Ordinal) ? text : text + Suffix;
    }
}

/// <summary>A classifier as C#.</summary>
/// <param name="Text">The source file.</param>
/// <param name="Weights">Those that are too many for the source; null where it holds them.</param>
internal sealed record CSharpSource(string Text, byte[]? Weights);
