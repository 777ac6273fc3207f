using System.Diagnostics.CodeAnalysis;
using Weft.Training;

namespace Weft.App;

/// <summary>The one place that prints an error: <c>error[11 dataset-damaged]: what</c>, then a line for each part that is known.</summary>
internal static class ErrorPrinter
{
    public static void Print(WeftException error, Screen screen)
    {
        foreach (var line in Lines(error))
            screen.Error.WriteLine(line);
        if (screen.Debug)
            screen.Error.WriteLine(error.ToString());
        screen.WriteJson(new ErrorAnswer(ToDocument(error)));
    }

    private const int MostLetters = 2_000; // of a part: a value of a megabyte helps nobody

    public static IEnumerable<string> Lines(WeftException error)
    {
        var code = ExitCodes.For(error.Kind);
        yield return $"error[{(int)code} {code.Name()}]: {Printable.Escape(Cut(error.What))}";
        foreach (var (name, text) in Parts(error).Where(part => part.Text is not null))
            yield return $"  {name,-8}  {Printable.Escape(Cut(text!))}";
    }

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text) => text is not { Length: > MostLetters } ? text : $"{text[..MostLetters]}… ({text.Length} letters)";

    private static IEnumerable<(string Name, string? Text)> Parts(WeftException error)
    {
        yield return ("where", error.Where);
        yield return ("expected", error.Expected);
        yield return ("found", error.Found);
        foreach (var problem in error.Problems.Count > 1 ? error.Problems : [])
        {
            yield return ("where", problem.Where);
            yield return ("expected", problem.Expected);
            yield return ("found", problem.Found);
        }
        yield return ("safe", error.Safe);
        yield return ("do", error.Next is { } next ? CommandText.For(next) : null);
    }

    public static ErrorDocument ToDocument(WeftException error) => new((int)ExitCodes.For(error.Kind), ExitCodes.For(error.Kind).Name(), Cut(error.What))
    {
        Where = Cut(error.Where),
        Expected = Cut(error.Expected),
        Found = Cut(error.Found),
        Safe = Cut(error.Safe),
        Do = error.Next is { } next ? Cut(CommandText.For(next)) : null,
        Problems = error.Problems.Count == 0 ? null
            : [.. error.Problems.Select(problem => new ProblemEntry(Cut(problem.Where), Cut(problem.Expected), Cut(problem.Found)))],
    };
}
