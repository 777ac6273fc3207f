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
    /// A class of two samples or more has one on either side at least, and a class of one keeps it for training, wherever the count allows that.
    /// A pure function of its arguments.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No sample would be left to train or to validate with.</exception>
    public static DatasetSplit Stratified(ReadOnlySpan<byte> labels, int classCount, int validationCount, long seed, SplitRule rule = SplitRule.EveryClass)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(validationCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationCount, labels.Length);
        var members = new List<int>[classCount];
        for (var c = 0; c < classCount; c++)
            members[c] = [];
        for (var i = 0; i < labels.Length; i++)
            members[labels[i]].Add(i);

        var counts = new ClassCounts([.. members.Select(list => list.Count)]);
        var quotas = rule == SplitRule.Proportional
            ? counts.Proportional(validationCount)
            : counts.Within(validationCount, least: size => size >= 2 ? 1 : 0, most: size => Math.Max(0, size - 1));
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
    public static DatasetSplit Of(ImageDataset data, long seed, SplitRule rule = SplitRule.EveryClass)
    {
        var count = Math.Max(1, (int)((long)data.Train.Count * DefaultValidationCount / 60_000));
        return Stratified(data.Train.Labels.Span, data.ClassCount, count, seed, rule);
    }

    /// <summary>
    /// The first samples of each part where they hold every class of the part. Else so many of each class as its share is, one at least: the first of the
    /// class. A limit that is null or no less than the part keeps all. The order stays.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is less than the number of the part's classes.</exception>
    public DatasetSplit Limit(ImageDataset data, int? train, int? validation, SplitRule rule = SplitRule.EveryClass) =>
        new(First(Train, train, data, rule), First(Validation, validation, data, rule));

    private static IReadOnlyList<int> First(IReadOnlyList<int> part, int? limit, ImageDataset data, SplitRule rule)
    {
        if (limit is not { } count || count >= part.Count)
            return part;
        int[] first = [.. part.Take(count)];
        var classes = ClassCounts.Of(data.Train, part, data.ClassCount);
        if (rule == SplitRule.Proportional || classes.MissingIn(ClassCounts.Of(data.Train, first, data.ClassCount)).Count == 0)
            return first;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, classes.Occurring.Count, nameof(limit));
        var left = classes.Within(count, least: size => Math.Min(1, size), most: size => size);
        return [.. part.Where(i => left[data.Train.Label(i)]-- > 0)];
    }

    private static int[] Where(bool[] flags, bool value) => [.. Enumerable.Range(0, flags.Length).Where(i => flags[i] == value)];
}
