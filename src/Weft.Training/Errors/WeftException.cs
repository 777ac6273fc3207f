namespace Weft.Training;

/// <summary>What several things that are wrong become.</summary>
internal static class Mistakes
{
    /// <summary>More of them are counted and not shown: a file may have a million.</summary>
    public const int Shown = 20;

    /// <summary>The error that tells them all, or the first ones and how many there are.</summary>
    /// <param name="subject">"the configuration"</param>
    public static WeftException ToError(IReadOnlyList<Problem> problems, string subject) => problems is [var only]
        ? new WeftException(ErrorKind.InvalidInput, $"{subject} has a mistake")
        {
            Where = only.Where,
            Expected = only.Expected,
            Found = only.Found,
            Safe = "nothing was touched",
            Problems = problems,
        }
        : new WeftException(ErrorKind.InvalidInput, $"{subject} has {problems.Count} mistakes{(problems.Count > Shown ? $", the first {Shown} of them" : "")}")
        {
            Safe = "nothing was touched", Problems = [.. problems.Take(Shown)],
        };
}

/// <summary>
/// An error for a person, in the five parts every message has: what is wrong, where, what was expected and found, what is safe, and what to do.
/// Only the app prints it; each part is one line and may be absent.
/// </summary>
public sealed class WeftException(ErrorKind kind, string what, Exception? cause = null) : Exception(what, cause)
{
    public ErrorKind Kind { get; } = kind;

    public string What => Message;

    public string? Where { get; init; }

    public string? Expected { get; init; }

    public string? Found { get; init; }

    /// <summary>What is intact all the same.</summary>
    public string? Safe { get; init; }

    /// <summary>What to do about it.</summary>
    public NextStep? Next { get; init; }

    /// <summary>
    /// All violations when more than one part was checked at once; then <see cref="Where"/>, <see cref="Expected"/> and <see cref="Found"/> are empty.
    /// </summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>All parts, where nobody catches the error, and where it was thrown.</summary>
    public override string ToString()
    {
        (string Name, object? Value)[] parts =
        [
            ("where", Where), ("expected", Expected), ("found", Found),
            .. Problems.Count > 1 ? Problems.Select(problem => ("mistake", (object?)problem)) : [], // a single one is said above
            ("safe", Safe), ("do", Next is Advice advice ? advice.Text : Next),
        ];
        var lines = base.ToString().Split('\n', 2);
        return string.Join('\n',
            [lines[0].TrimEnd('\r'), .. parts.Where(part => part.Value is not null).Select(part => $"  {part.Name}: {part.Value}"), .. lines[1..]]);
    }

    /// <summary>The same error as it is told where more is known: what is safe, what to do.</summary>
    public WeftException With(string? safe, NextStep? next) =>
        new(Kind, What, this) { Where = Where, Expected = Expected, Found = Found, Problems = Problems, Safe = safe, Next = next };
}
