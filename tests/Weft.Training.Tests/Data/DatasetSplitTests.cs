namespace Weft.Training.Tests;

public class DatasetSplitTests
{
    [Fact]
    public void Every_sample_is_in_one_part_and_every_class_keeps_its_share()
    {
        for (var trial = 0; trial < 200; trial++)
        {
            var rng = Rng.For(trial, RngPurpose.Analysis);
            var classes = 2 + rng.Int(0, 9);
            var labels = new byte[20 + rng.Int(1, 400)];
            for (var i = 0; i < labels.Length; i++)
                labels[i] = (byte)(rng.Int(10 + i, classes) * rng.Int(1000 + i, 2)); // class 0 is half of all
            var wanted = 1 + rng.Int(2, labels.Length - 1);
            var split = DatasetSplit.Stratified(labels, classes, wanted, seed: trial);
            Assert.Equal(wanted, split.Validation.Count);
            Assert.Equal(Enumerable.Range(0, labels.Length), split.Train.Concat(split.Validation).Order());
            Assert.Equal(split.Train.Order(), split.Train);
            Assert.Equal(split.Validation.Order(), split.Validation);
            for (var c = 0; c < classes; c++)
            {
                var exact = (double)labels.Count(label => label == c) * wanted / labels.Length;
                Assert.InRange(split.Validation.Count(i => labels[i] == c), Math.Floor(exact), Math.Ceiling(exact));
            }
        }
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
    public void Limits_keep_the_first_samples()
    {
        var split = DatasetSplit.Stratified(SyntheticImages.Create(100).Labels.Span, 10, 20, seed: 1);
        var limited = split.Limit(7, 3);
        Assert.Equal(split.Train.Take(7), limited.Train);
        Assert.Equal(split.Validation.Take(3), limited.Validation);
        Assert.Same(split.Train, split.Limit(null, 3).Train);
        Assert.Same(split.Train, split.Limit(1000, 3).Train);
    }

    [Fact]
    public void A_part_is_never_empty()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DatasetSplit.Stratified([0, 1, 0], 2, 3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => DatasetSplit.Stratified([0, 1, 0], 2, 0, 0));
    }
}
