using System.Globalization;
using Weft.Training;

namespace Weft.App;

/// <summary>Reads what comes after the question mark: known values or an error, never a guess.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private const int LongestText = 200;

    public string Text(string key) => Single(key) is { Length: > LongestText } text
        ? throw Wrong(key, $"at most {LongestText} letters", $"{text.Length}")
        : Single(key) ?? "";

    /// <returns>The first of <paramref name="known"/> when the key is absent.</returns>
    public string OneOf(string key, IReadOnlyList<string> known) => Single(key) is not { Length: > 0 } value ? known[0]
        : known.Contains(value) ? value : throw Wrong(key, string.Join(", ", known), value);

    public int Number(string key, int minimum, int maximum, int? usual = null) => Single(key) is not { Length: > 0 } text ? usual ?? minimum
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number : throw Wrong(key, $"a whole number in [{minimum}, {maximum}]", text);

    /// <summary>All values of a key that may stand several times, each once, in order.</summary>
    public IReadOnlyList<string> All(string key, int most) =>
        query[key].OfType<string>().Where(value => value.Length > 0).Distinct(StringComparer.Ordinal).ToList() is var values
        && values.Count <= most ? values : throw Wrong(key, $"at most {most} of them", $"{values.Count}");

    private string? Single(string key) =>
        query[key].Count > 1 ? throw Wrong(key, "one value", $"{query[key].Count}") : query[key].ToString() is { Length: > 0 } value ? value : null;

    private static WeftException Wrong(string key, string expected, string found) =>
        new(ErrorKind.InvalidInput, $"the address has a value for “{key}” that this page does not know")
        {
            Where = key, Expected = expected, Found = found.Length > LongestText ? found[..LongestText] + "…" : found,
        };
}
