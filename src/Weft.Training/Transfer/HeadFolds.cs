namespace Weft.Training;

/// <summary>Divides samples into the parts of a cross-validation.</summary>
internal static class HeadFolds
{
    /// <summary>
    /// The fold of each sample: samples of a group are in one fold, and each class is spread as evenly over the folds as groups allow. Groups are dealt largest
    /// first, equals in the seed's order, each to the fold that has the smallest share of the group's classes. A pure function of its arguments.
    /// </summary>
    /// <param name="labels">Each sample's class.</param>
    /// <param name="groups">A number for each sample.</param>
    /// <param name="folds">How many folds there are.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: there are fewer groups than folds, or fewer than two folds.</exception>
    public static int[] Of(IReadOnlyList<int> labels, IReadOnlyList<int> groups, int folds, long seed)
    {
        var members = Enumerable.Range(0, labels.Count).GroupBy(i => groups[i]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        if (folds < 2 || members.Length < folds)
        {
            throw new WeftException(ErrorKind.InvalidInput, $"{labels.Count} samples cannot be divided into {folds} folds")
            {
                Expected = "two folds or more, and a group for each of them", Found = $"{members.Length} groups", Safe = "nothing was touched",
            };
        }

        var classes = labels.Max() + 1;
        var total = ClassCounts.Of([.. labels], classes);
        var (has, sizes, fold) = (new int[folds][], new int[folds], new int[labels.Count]);
        for (var f = 0; f < folds; f++)
            has[f] = new int[classes];
        var order = Rng.For(seed, RngPurpose.Split).Permutation(members.Length);
        foreach (var group in order.Select(number => members[number]).OrderByDescending(group => group.Length)) // keeps the order of equals
        {
            var best = Enumerable.Range(0, folds)
                .OrderBy(f => group.Sum(i => has[f][labels[i]] / (double)total.PerClass[labels[i]])).ThenBy(f => sizes[f]).First();
            sizes[best] += group.Length;
            foreach (var i in group)
            {
                fold[i] = best;
                has[best][labels[i]]++;
            }
        }

        return fold;
    }
}
