namespace Weft.Training;

/// <summary>"Did you mean": the known name nearest to a mistyped one.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near. A dotted name is also found by its last part.</summary>
    public static string? For(string typed, IEnumerable<string> known)
    {
        var wanted = typed.ToLowerInvariant().Replace('-', '_');
        var best = known
            .Select(name => (Name: name,
                Distance: Math.Min(Distance(wanted, name), Distance(LastPart(wanted), LastPart(name)) + (LastPart(name) == name ? 0 : 1))))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, LastPart(wanted).Length / 3) + 1 ? best.Name : null;
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    // Edits (insert, delete, replace, swap neighbours) from one text to the other.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
            return int.MaxValue / 2;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
                d[i, j] = i == 0 ? j : j == 0 ? i : Cell(i, j);
        return d[a.Length, b.Length];

        int Cell(int i, int j)
        {
            var cost = a[i - 1] == b[j - 1] ? 0 : 1;
            var value = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
            var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            return swapped ? Math.Min(value, d[i - 2, j - 2] + 1) : value;
        }
    }
}
