namespace Weft.Source.Tests;

/// <summary>
/// A list of what breaks a rule and is allowed for now, one line each, in a file under <c>Allowed/</c>. The list may only get shorter: a violation that it does
/// not hold fails, and <c>dotnet run eng/dev.cs check</c> takes out what is mended.
/// </summary>
internal static class Ratchet
{
    /// <param name="found">The violations of now; a key such as a file's path, and how often it breaks the rule.</param>
    /// <param name="advice">The sentence that tells what to do instead.</param>
    public static void Check(string list, IReadOnlyDictionary<string, int> found, string advice)
    {
        var path = SourceTree.At($"tests/Weft.Source.Tests/Allowed/{list}.txt");
        var lines = File.ReadAllLines(path);
        var allowed = lines.Where(line => line is not ("" or ['#', ..])).Select(line => line.Split(": "))
            .ToDictionary(parts => parts[0], parts => int.Parse(parts[1]));
        var worse = found.Where(entry => entry.Value > allowed.GetValueOrDefault(entry.Key))
            .Select(entry => $"{entry.Key}: {entry.Value}, allowed {allowed.GetValueOrDefault(entry.Key)}").Order(StringComparer.Ordinal).ToList();
        Assert.True(worse.Count == 0, $"{advice}\n{string.Join('\n', worse)}");

        if (Environment.GetEnvironmentVariable("WEFT_SHORTEN_LISTS") is not "1")
            return;
        var kept = allowed.Keys.Where(found.ContainsKey).Order(StringComparer.Ordinal).Select(key => $"{key}: {found[key]}");
        var shorter = string.Join('\n', [.. lines.Where(line => line is ['#', ..]), .. kept, ""]);
        if (shorter != File.ReadAllText(path))
            File.WriteAllText(path, shorter);
    }
}
