using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Weft.Source.Tests;

/// <summary>How long files and lines may be, and how much code the product may have.</summary>
public class SizeTests(ITestOutputHelper output)
{
    private const int LongestFile = 400;
    private const int LongestLine = 160;
    private const int CodeLineBudget = 40_500; // of src; raising it is a decision record (22)

    [Fact]
    public void Files_have_at_most_400_lines() => Ratchet.Check(
        "long-files", Count(path => SourceTree.Lines(path).Count() is > LongestFile and var lines ? lines : 0),
            $"A file has at most {LongestFile} lines; divide it.");

    [Fact]
    public void Lines_have_at_most_160_columns()
    {
        var places = SourceTree.Folders.SelectMany(SourceTree.Code).Concat(SourceTree.Documents())
            .SelectMany(path => SourceTree.Lines(path).Index().Where(line => IsLong(path, line.Item)).Select(line => $"{path}:{line.Index + 1}")).ToList();
        Assert.True(places.Count == 0, $"A line has at most {LongestLine} columns; break it.\n{string.Join('\n', places)}");
    }

    [Fact]
    public void The_product_stays_within_its_budget_of_code()
    {
        var rooms = SourceTree.Code("src").GroupBy(path => path.Split('/')[1]).ToDictionary(room => room.Key, room => room.ToList());
        var total = 0;
        foreach (var (room, files) in rooms.Append(new("src", [.. rooms.Values.SelectMany(files => files)])))
        {
            total = files.Sum(CodeLines);
            output.WriteLine($"{room,-18} {files.Count,4} files {total,7:N0} lines of code {files.Sum(PublicTypes),4} public types");
        }

        output.WriteLine($"budget {CodeLineBudget:N0} lines of code");
        Assert.True(total <= CodeLineBudget, $"src has {total:N0} lines of code; the budget is {CodeLineBudget:N0}");
    }

    // Types that everybody sees who takes the package; nested ones and the components of pages do not count.
    private static int PublicTypes(string path) => !path.EndsWith(".cs", StringComparison.Ordinal) ? 0 : CSharpSyntaxTree.ParseText(SourceTree.Read(path))
        .GetRoot().DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax).OfType<MemberDeclarationSyntax>()
        .Count(type => type is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && type.Modifiers.Any(SyntaxKind.PublicKeyword));

    // A row of a Markdown table cannot be broken.
    private static bool IsLong(string path, string line) =>
        line.Length > LongestLine && !(path.EndsWith(".md", StringComparison.Ordinal) && line.StartsWith('|'));

    private static Dictionary<string, int> Count(Func<string, int> violations) => SourceTree.Folders.SelectMany(SourceTree.Code)
        .Select(path => (Path: path, Count: violations(path))).Where(file => file.Count > 0).ToDictionary(file => file.Path, file => file.Count);

    // Lines that hold something the compiler acts on: a lone brace does not count, comments and blank lines neither, and a text of many lines counts once.
    private static int CodeLines(string path) => path.EndsWith(".cs", StringComparison.Ordinal)
        ? CSharpSyntaxTree.ParseText(SourceTree.Read(path)).GetRoot().DescendantTokens()
            .Where(token => token.Kind() is not (
                SyntaxKind.OpenBraceToken or SyntaxKind.CloseBraceToken or SyntaxKind.OpenParenToken or SyntaxKind.CloseParenToken
                or SyntaxKind.SemicolonToken or SyntaxKind.EndOfFileToken or SyntaxKind.InterpolatedStringTextToken) && token.Span.Length > 0)
            .Select(token => token.GetLocation().GetLineSpan().StartLinePosition.Line).Distinct().Count()
        : SourceTree.Lines(path)
            .Count(line => line.AsSpan().Trim() is { } text && text.ContainsAnyExcept("{}();") && !text.StartsWith("//") && !text.StartsWith("/*"));
}
