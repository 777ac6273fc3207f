using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Weft.Source.Tests;

/// <summary>What IntelliSense shows is read without the sentence before it: each summary stands on its own.</summary>
public partial class SummaryTests
{
    private const int FewestWords = 4;

    [Fact]
    public void Summaries_are_whole_sentences()
    {
        var found = new List<string>();
        foreach (var path in SourceTree.Files("src", ".cs"))
        {
            var root = CSharpSyntaxTree.ParseText(SourceTree.Read(path), new CSharpParseOptions(documentationMode: DocumentationMode.Parse)).GetRoot();
            found.AddRange(root.DescendantNodes(descendIntoTrivia: true).OfType<XmlElementSyntax>()
                .Where(element => element.StartTag.Name.ToString() is "summary" or "param" && IsFragment(element))
                .Select(element => $"{path}: {element}"));
        }

        Assert.True(found.Count == 0,
            $"A summary has at least {FewestWords} words, and neither it nor a parameter's text starts with \"Of\".\n{string.Join('\n', found)}");
    }

    private static bool IsFragment(XmlElementSyntax element)
    {
        var words = Word.Matches(Mark.Replace(element.Content.ToString(), " "));
        return words.Count > 0 && (words[0].Value is "Of" || (element.StartTag.Name.ToString() is "summary" && words.Count < FewestWords));
    }

    [GeneratedRegex(@"///|</?(?:c|b|i|em|para|code|list|item|description|term)\b[^>]*>|<(?:see|paramref|typeparamref)\s+\w+=""(?:[^""]*[.:])?|""\s*/>")]
    private static partial Regex Mark { get; }

    [GeneratedRegex(@"[^\s.,;:!?()<>/]+")]
    private static partial Regex Word { get; }
}
