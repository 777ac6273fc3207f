using Weft.Training;

namespace Weft.App;

/// <summary>Two classes by number or by name: "4,2", "Coat,Pullover".</summary>
internal static class ClassPair
{
    /// <exception cref="WeftException">Exit 2: no such classes.</exception>
    public static (int Label, int Prediction) Parse(string text, IReadOnlyList<string> classes)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length == 2 && Find(parts[0], classes) is { } label && Find(parts[1], classes) is { } prediction && label != prediction)
            return (label, prediction);
        throw new WeftException(ErrorKind.InvalidInput, "--pair names no two classes")
        {
            Where = "--pair", Expected = "two of " + string.Join(", ", classes.Select((name, i) => $"{i} {name}")), Found = text, Safe = "nothing was touched",
        };
    }

    private static int? Find(string text, IReadOnlyList<string> classes)
    {
        if (int.TryParse(text, out var number))
            return number >= 0 && number < classes.Count ? number : null;
        var found = classes.Select((name, i) => (name, i)).Where(pair => string.Equals(pair.name, text, StringComparison.OrdinalIgnoreCase))
            .Select(pair => (int?)pair.i);
        return found.FirstOrDefault();
    }
}
