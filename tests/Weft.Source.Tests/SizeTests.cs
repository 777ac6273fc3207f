using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Weft.Source.Tests;

/// <summary>How long files and lines may be, and how much code the product may have.</summary>
public class SizeTests(ITestOutputHelper output)
{
    private const int LongestFile = 400;
    private const int LongestLine = 160;
    private const int CodeLineBudget = 23_000; // of src; raising it is a decision record (22)

    [Fact]
    public void Files_have_at_most_400_lines() => Ratchet.Check(
        "long-files", Count(path => SourceTree.Lines(path).Count() is > LongestFile and var lines ? lines : 0), $"A file has at most {LongestFile} lines; divide it.");

    [Fact]
    public void Lines_have_at_most_160_columns() => Ratchet.Check(
        "long-lines", Count(path => SourceTree.Lines(path).Count(line => line.Length > LongestLine)), $"A line has at most {LongestLine} columns; break it.");

    [Fact]
    public void The_product_stays_within_its_budget_of_code()
    {
        var rooms = SourceTree.Code("src").Select(path => (Room: path.Split('/')[1], Lines: CodeLines(path))).GroupBy(file => file.Room).ToList();
        foreach (var room in rooms)
            output.WriteLine($"{room.Key,-18} {room.Count(),4} files {room.Sum(file => file.Lines),7:N0} lines of code");
        var total = rooms.Sum(room => room.Sum(file => file.Lines));
        output.WriteLine($"{"src",-18} {rooms.Sum(room => room.Count()),4} files {total,7:N0} lines of code, budget {CodeLineBudget:N0}");
        Assert.True(total <= CodeLineBudget, $"src has {total:N0} lines of code; the budget is {CodeLineBudget:N0}");
    }

    private static Dictionary<string, int> Count(Func<string, int> violations) => SourceTree.Folders.SelectMany(SourceTree.Code)
        .Select(path => (Path: path, Count: violations(path))).Where(file => file.Count > 0).ToDictionary(file => file.Path, file => file.Count);

    // Lines that hold something the compiler acts on: a lone brace does not count, comments and blank lines neither, and a text of many lines counts once.
    private static int CodeLines(string path) => path.EndsWith(".cs", StringComparison.Ordinal)
        ? CSharpSyntaxTree.ParseText(SourceTree.Read(path)).GetRoot().DescendantTokens()
            .Where(token => token.Kind() is not (SyntaxKind.OpenBraceToken or SyntaxKind.CloseBraceToken or SyntaxKind.OpenParenToken or SyntaxKind.CloseParenToken
                or SyntaxKind.SemicolonToken or SyntaxKind.EndOfFileToken or SyntaxKind.InterpolatedStringTextToken) && token.Span.Length > 0)
            .Select(token => token.GetLocation().GetLineSpan().StartLinePosition.Line).Distinct().Count()
        : SourceTree.Lines(path).Count(line => line.AsSpan().Trim() is { } text && text.ContainsAnyExcept("{}();") && !text.StartsWith("//") && !text.StartsWith("/*"));
}
