namespace Weft.Training.Tests;

public class DatasetSplitTests
{
    [Fact]
    public void Every_sample_is_in_one_part_and_every_class_keeps_what_it_can_keep()
    {
        var asBefore = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            var (labels, classes, wanted) = Draw(trial);
            var split = DatasetSplit.Stratified(labels, classes, wanted, seed: trial);
            Assert.Equal(wanted, split.Validation.Count);
            Assert.Equal(Enumerable.Range(0, labels.Length), split.Train.Concat(split.Validation).Order());
            Assert.Equal(split.Train.Order(), split.Train);
            Assert.Equal(split.Validation.Order(), split.Validation);

            var sizes = PerClass(Enumerable.Range(0, labels.Length), labels, classes);
            var (train, validation) = (PerClass(split.Train, labels, classes), PerClass(split.Validation, labels, classes));
            if (wanted >= sizes.Count(size => size >= 2))
                Assert.All(Enumerable.Range(0, classes).Where(c => sizes[c] >= 2), c =>
                    Assert.True(validation[c] >= 1, $"trial {trial}: class {c} of {sizes[c]} has no validation sample"));
            if (labels.Length - wanted >= sizes.Count(size => size > 0))
                Assert.All(Enumerable.Range(0, classes).Where(c => sizes[c] > 0), c =>
                    Assert.True(train[c] >= 1, $"trial {trial}: class {c} of {sizes[c]} has no training sample"));

            var before = LargestRemainders(sizes, wanted);
            if (Enumerable.Range(0, classes).All(c => sizes[c] == 0 || (before[c] >= (sizes[c] >= 2 ? 1 : 0) && before[c] < sizes[c])))
            {
                asBefore++;
                Assert.Equal(before, validation);
                Assert.Equal(DatasetSplit.Stratified(labels, classes, wanted, trial, SplitRule.Proportional).Validation, split.Validation);
            }
        }

        Assert.InRange(asBefore, 100, 399); // both cases are drawn
    }

    [Fact]
    public void The_earlier_rule_is_largest_remainders_alone()
    {
        for (var trial = 0; trial < 200; trial++)
        {
            var (labels, classes, wanted) = Draw(trial);
            var split = DatasetSplit.Stratified(labels, classes, wanted, trial, SplitRule.Proportional);
            Assert.Equal(LargestRemainders(PerClass(Enumerable.Range(0, labels.Length), labels, classes), wanted), PerClass(split.Validation, labels, classes));
        }
    }

    [Theory]
    [InlineData(594, 6, 50, 49, 1)] // the exact share of the rare class is 0.5, and the frequent one is rounded up
    [InlineData(594, 6, 550, 545, 5)] // 544.5 and 5.5
    [InlineData(594, 6, 599, 593, 6)] // more than what both can give and keep one: training loses a class
    [InlineData(599, 1, 50, 50, 0)] // a single sample is trained on
    [InlineData(1, 2, 1, 0, 1)]
    [InlineData(10, 0, 5, 5, 0)]
    public void A_rare_class_is_on_both_sides(int frequent, int rare, int wanted, int frequentValidation, int rareValidation)
    {
        int[] labels = [.. Enumerable.Repeat(0, frequent), .. Enumerable.Repeat(1, rare)];
        var validation = PerClass(DatasetSplit.Stratified(labels, 2, wanted, seed: 0).Validation, labels, 2);
        Assert.Equal([frequentValidation, rareValidation], validation);
    }

    [Fact]
    public void What_a_floor_takes_comes_from_the_classes_farthest_above_their_share()
    {
        // Shares of 10: 6.06, 3.03, 0.30, 0.30, 0.30 - rounded 6 3 1 0 0. The two floors take one of 3, which is 0.03 below its share, then one of 6, which
        // is 0.06 below.
        int[] labels = [.. new[] { 200, 100, 10, 10, 10 }.SelectMany((size, c) => Enumerable.Repeat(c, size))];
        Assert.Equal([6, 3, 1, 0, 0], PerClass(DatasetSplit.Stratified(labels, 5, 10, 0, SplitRule.Proportional).Validation, labels, 5));
        Assert.Equal([5, 2, 1, 1, 1], PerClass(DatasetSplit.Stratified(labels, 5, 10, 0).Validation, labels, 5));
    }

    [Fact]
    public void The_split_depends_on_the_seed_alone()
    {
        var labels = SyntheticImages.Create(1000).Labels.Span;
        var first = DatasetSplit.Stratified(labels, 10, 100, seed: 4);
        Assert.Equal(first.Validation, DatasetSplit.Stratified(labels, 10, 100, seed: 4).Validation);
        Assert.NotEqual(first.Validation, DatasetSplit.Stratified(labels, 10, 100, seed: 5).Validation);
    }

    [Fact]
    public void Limits_keep_the_first_samples_where_those_hold_every_class()
    {
        var data = Data(SyntheticImages.Create(100), 10);
        var split = DatasetSplit.Stratified(data.Train.Labels.Span, 10, 20, seed: 1);
        var enough = Enumerable.Range(1, split.Train.Count).First(n => split.Train.Take(n).Select(data.Train.Label).Distinct().Count() == 10);
        var limited = split.Limit(data, enough, null);
        Assert.Equal(split.Train.Take(enough), limited.Train);
        Assert.Same(split.Validation, limited.Validation);
        Assert.Same(split.Train, split.Limit(data, 1000, 10).Train);
    }

    [Fact]
    public void A_limit_that_would_lose_a_class_takes_some_of_each()
    {
        // Sorted: the first 30 are all of class 0.
        var data = Data(Labelled([.. Enumerable.Repeat(0, 60), .. Enumerable.Repeat(1, 30), .. Enumerable.Repeat(2, 1)]), 3);
        var part = new DatasetSplit([.. Enumerable.Range(0, 91)], [0]);
        var limited = part.Limit(data, 30, null).Train;
        // Exact shares 19.78, 9.89, 0.33.
        Assert.Equal([.. Enumerable.Range(0, 19), .. Enumerable.Range(60, 10), 90], limited);
        Assert.Equal(limited, part.Limit(data, 30, null).Train);
        Assert.Equal([0, 60, 90], part.Limit(data, 3, null).Train);
        Assert.Equal(Enumerable.Range(0, 30), part.Limit(data, 30, null, SplitRule.Proportional).Train);
        Assert.Throws<ArgumentOutOfRangeException>(() => part.Limit(data, 2, null));
    }

    [Fact]
    public void A_part_is_never_empty()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DatasetSplit.Stratified([0, 1, 0], 2, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DatasetSplit.Stratified([0, 1, 0], 2, 0, 0));
    }

    // Class 0 is half of all, the others are rarer the higher their number; some do not occur.
    [Fact]
    public void Samples_of_a_group_are_never_divided()
    {
        for (var trial = 0; trial < 200; trial++)
        {
            var (labels, classes, _) = Draw(trial);
            var rng = Rng.For(trial, RngPurpose.Analysis);
            var groups = labels.Select((_, i) => rng.Int(i, Math.Max(2, labels.Length / 3))).ToArray();
            var wanted = Math.Max(1, labels.Length / 5);
            var split = DatasetSplit.Grouped(labels, groups, classes, wanted, seed: trial);
            Assert.Equal(Enumerable.Range(0, labels.Length), split.Train.Concat(split.Validation).Order());
            Assert.Empty(split.Train.Select(i => groups[i]).Intersect(split.Validation.Select(i => groups[i])));
            var largest = groups.GroupBy(group => group).Max(group => group.Count());
            Assert.InRange(split.Validation.Count, wanted - largest - classes, wanted + largest + classes);
        }
    }

    [Fact]
    public void Groups_of_one_give_each_class_its_share()
    {
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? 0 : i % 3 == 1 && i < 150 ? 1 : 2)];
        var split = DatasetSplit.Grouped(labels, [.. Enumerable.Range(0, 300)], 3, 60, seed: 4);
        Assert.Equal([20, 10, 30], PerClass(split.Validation, labels, 3));
        Assert.Equal(split.Validation, DatasetSplit.Grouped(labels, [.. Enumerable.Range(0, 300)], 3, 60, seed: 4).Validation);
        Assert.NotEqual(split.Validation, DatasetSplit.Grouped(labels, [.. Enumerable.Range(0, 300)], 3, 60, seed: 5).Validation);
    }

    private static (int[] Labels, int Classes, int Wanted) Draw(int trial)
    {
        var rng = Rng.For(trial, RngPurpose.Analysis);
        var classes = 2 + rng.Int(0, 9);
        var labels = new int[20 + rng.Int(1, 400)];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = rng.Int(10 + i, 1 + rng.Int(1000 + i, classes)) * rng.Int(2000 + i, 2);
        return (labels, classes, 1 + rng.Int(2, labels.Length - 1));
    }

    // The rule of version 0.1, written a second time.
    private static int[] LargestRemainders(int[] sizes, int wanted)
    {
        var total = sizes.Sum();
        var quotas = sizes.Select(size => (int)Math.Floor((decimal)size * wanted / total)).ToArray();
        var open = wanted - quotas.Sum();
        foreach (var c in Enumerable.Range(0, sizes.Length).OrderByDescending(c => (long)sizes[c] * wanted % total).ThenBy(c => c).Take(open).ToList())
            quotas[c]++;
        return quotas;
    }

    private static int[] PerClass(IEnumerable<int> indices, int[] labels, int classes)
    {
        var list = indices.ToList();
        return [.. Enumerable.Range(0, classes).Select(c => list.Count(i => labels[i] == c))];
    }

    private static ImageSamples Labelled(int[] labels) => new(new FeatureShape(2, 2, 1), new byte[labels.Length * 4], labels, "labelled");

    private static ImageDataset Data(ImageSamples train, int classes) =>
        new("data", train, () => throw new InvalidOperationException("closed"), [.. Enumerable.Range(0, classes).Select(c => $"class {c}")]);
}
