using System.Globalization;
using System.Security.Cryptography;

namespace Weft.Training;

/// <summary>How samples are named outside of a program: by where they lie and by their content.</summary>
/// <param name="Paths">Relative to the data set.</param>
/// <param name="Hashes">SHA-256 of each sample's file, or of its pixels where it has none; lower-case hexadecimal.</param>
internal sealed record SampleOrigins(IReadOnlyList<string> Paths, Lazy<IReadOnlyList<string>> Hashes)
{
    /// <summary>Samples without files: their numbers are their paths.</summary>
    /// <param name="prefix">Stands before each number.</param>
    public static SampleOrigins OfPixels(ImageSamples samples, string prefix) => new(
        [.. Enumerable.Range(0, samples.Count).Select(i => prefix + i.ToString(CultureInfo.InvariantCulture))],
        new Lazy<IReadOnlyList<string>>(() =>
            [.. Enumerable.Range(0, samples.Count).Select(i => Convert.ToHexStringLower(SHA256.HashData(samples.Image(i))))]));

    /// <summary>The samples with each content.</summary>
    public Dictionary<string, List<int>> ByHash()
    {
        var found = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var (i, hash) in Hashes.Value.Index())
        {
            if (!found.TryAdd(hash, [i]))
                found[hash].Add(i);
        }

        return found;
    }

    /// <summary>The sample at each path; of equals the first.</summary>
    public Dictionary<string, int> ByPath()
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, path) in Paths.Index())
            found.TryAdd(path, i);
        return found;
    }
}
