namespace Weft.Training;

/// <summary>Which runs were validated on the same images: only their validation accuracies can be compared.</summary>
internal static class ValidationSet
{
    /// <summary>What a person should know before comparing the validation accuracies of these runs; null where they can be compared.</summary>
    public static string? Note(IReadOnlyList<RunData> runs) => Group(runs, data => data).Count is > 1 and var sets
        ? $"these runs were validated on {sets} different sets of images, so their accuracies cannot be compared"
        : null;

    /// <summary>
    /// Groups by data, split seed, number of validation images and, where the runs have it, the images' fingerprint. Runs of earlier versions have none: they
    /// stand with the others where the rest leaves one set, else for themselves.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<T>> Group<T>(IEnumerable<T> items, Func<T, RunData> dataOf) =>
    [
        .. items.GroupBy(item => (dataOf(item).Fingerprint, dataOf(item).SplitSeed, dataOf(item).Validation)).SelectMany(alike =>
        {
            var prints = alike.Select(item => dataOf(item).ValidationFingerprint).OfType<string>().Distinct().Count();
            return prints <= 1 ? [[.. alike]] : alike.GroupBy(item => dataOf(item).ValidationFingerprint).Select(group => (IReadOnlyList<T>)[.. group]);
        }),
    ];
}
