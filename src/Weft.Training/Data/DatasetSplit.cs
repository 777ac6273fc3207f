namespace Weft.Training;

/// <summary>
/// The training samples divided in two: those to learn from and those to choose by. Both parts keep the data set's order.
/// </summary>
public sealed record DatasetSplit(IReadOnlyList<int> Train, IReadOnlyList<int> Validation)
{
    /// <summary>The validation share of a data set of Fashion-MNIST's size: 5,000 of 60,000.</summary>
    public const int DefaultValidationCount = 5_000;

    /// <summary>
    /// Takes <paramref name="validationCount"/> samples for validation, from each class in proportion to its size (largest remainders, then the lower class).
    /// A pure function of its arguments.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No sample would be left to train or to validate with.</exception>
    public static DatasetSplit Stratified(ReadOnlySpan<byte> labels, int classCount, int validationCount, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(validationCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationCount, labels.Length);
        var members = new List<int>[classCount];
        for (var c = 0; c < classCount; c++)
            members[c] = [];
        for (var i = 0; i < labels.Length; i++)
            members[labels[i]].Add(i);

        var quotas = Quotas([.. members.Select(list => list.Count)], labels.Length, validationCount);
        var isValidation = new bool[labels.Length];
        for (var c = 0; c < classCount; c++)
        {
            var order = Rng.For(seed, RngPurpose.Split).Derive(c).Permutation(members[c].Count);
            for (var k = 0; k < quotas[c]; k++)
                isValidation[members[c][order[k]]] = true;
        }

        return new DatasetSplit(Where(isValidation, false), Where(isValidation, true));
    }

    /// <summary>The 55,000/5,000 split of Fashion-MNIST; for a data set of another size the same share, at least one sample.</summary>
    public static DatasetSplit Of(ImageDataset data, long seed)
    {
        var count = Math.Max(1, (int)((long)data.Train.Count * DefaultValidationCount / 60_000));
        return Stratified(data.Train.Labels.Span, data.ClassCount, count, seed);
    }

    /// <summary>The first samples of each part; null or more than there are keeps all.</summary>
    public DatasetSplit Limit(int? train, int? validation) => new(First(Train, train), First(Validation, validation));

    private static IReadOnlyList<int> First(IReadOnlyList<int> part, int? count) =>
        count is { } limit && limit < part.Count ? [.. part.Take(limit)] : part;

    private static int[] Quotas(int[] sizes, int total, int wanted)
    {
        var quotas = new int[sizes.Length];
        for (var c = 0; c < sizes.Length; c++)
            quotas[c] = (int)((long)sizes[c] * wanted / total);
        var open = wanted - quotas.Sum();
        var byRemainder = Enumerable.Range(0, sizes.Length).OrderByDescending(c => (long)sizes[c] * wanted % total).ThenBy(c => c);
        foreach (var c in byRemainder.Take(open))
            quotas[c]++;
        return quotas;
    }

    private static int[] Where(bool[] flags, bool value) => [.. Enumerable.Range(0, flags.Length).Where(i => flags[i] == value)];
}
