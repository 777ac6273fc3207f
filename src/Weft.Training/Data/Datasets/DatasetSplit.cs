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
    public static DatasetSplit Stratified(ReadOnlySpan<int> labels, int classCount, int validationCount, long seed, SplitRule rule = SplitRule.EveryClass)
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

    /// <summary>
    /// As <see cref="Stratified"/>, but samples of one group stay on one side. Groups are dealt largest first, equals in the seed's order, each to the side
    /// that has less of what it shall have of the group's classes; so the number for validation is met but for the size of a group.
    /// </summary>
    /// <param name="groups">A number for each sample.</param>
    public static DatasetSplit Grouped(ReadOnlySpan<int> labels, IReadOnlyList<int> groups, int classCount, int validationCount, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(validationCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(validationCount, labels.Length);
        var counts = ClassCounts.Of(labels, classCount);
        var wanted = counts.Within(validationCount, least: size => size >= 2 ? 1 : 0, most: size => Math.Max(0, size - 1));
        int[] trained = [.. wanted.Select((count, c) => counts.PerClass[c] - count)];
        var (train, validation) = (new int[classCount], new int[classCount]);
        var classOf = labels.ToArray();
        var members = Enumerable.Range(0, labels.Length).GroupBy(i => groups[i]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        var order = Rng.For(seed, RngPurpose.Split).Permutation(members.Length);
        var isValidation = new bool[labels.Length];
        foreach (var group in order.Select(number => members[number]).OrderByDescending(group => group.Length)) // keeps the order of equals
        {
            var own = group.CountBy(i => classOf[i]).OrderBy(count => count.Key).ToArray();
            var isForValidation = Lack(own, validation, wanted) > Lack(own, train, trained);
            var side = isForValidation ? validation : train;
            foreach (var i in group)
            {
                side[labels[i]]++;
                isValidation[i] = isForValidation;
            }
        }

        return new DatasetSplit(Where(isValidation, false), Where(isValidation, true));

        // The share that a side lacks of each class, over the group's samples.
        static double Lack(KeyValuePair<int, int>[] own, int[] has, int[] shallHave) =>
            own.Sum(count => count.Value * (double)(shallHave[count.Key] - has[count.Key]) / Math.Max(1, shallHave[count.Key]));
    }

    /// <summary>
    /// The part that the data set's maker set apart, where there is one. Else by group where samples have groups, and stratified where not.
    /// </summary>
    /// <param name="validationCount">
    /// How many samples are for validation; null: of pictures one in five, of more than 2,500 500 and 15 % of what is more, and of other data the share of
    /// Fashion-MNIST's 55,000/5,000 split.
    /// </param>
    public static DatasetSplit Of(ImageDataset data, long seed, SplitRule rule = SplitRule.EveryClass, int? validationCount = null)
    {
        var split = Divided(data, seed, rule, validationCount);
        var left = data.Train.LeftOut;
        return left.Count == 0 ? split : new DatasetSplit([.. split.Train.Where(i => !left.Contains(i))], [.. split.Validation.Where(i => !left.Contains(i))]);
    }

    // By the labels as the data have them, so that a correction moves no picture from one part to the other.
    private static DatasetSplit Divided(ImageDataset data, long seed, SplitRule rule, int? validationCount)
    {
        if (data.GivenValidation is { Count: > 0 } given && given.Count < data.Train.Count)
        {
            var isGiven = new bool[data.Train.Count];
            foreach (var i in given)
                isGiven[i] = true;
            return new DatasetSplit(Where(isGiven, false), Where(isGiven, true));
        }

        var total = data.Train.Count;
        var labels = data.Train.GivenLabels.Span;
        var count = validationCount ?? Math.Max(1, data.Pictures is null ? (int)((long)total * DefaultValidationCount / 60_000)
            : total <= 2_500 ? total / 5 : Math.Min(DefaultValidationCount, 500 + (int)((total - 2_500) * 15L / 100)));
        return data.Groups is { } groups ? Grouped(labels, groups, data.ClassCount, count, seed) : Stratified(labels, data.ClassCount, count, seed, rule);
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
