using System.Diagnostics;

namespace Weft.Training.Tests.Transfer;

public class HeadSearchTests(ITestOutputHelper output)
{
    [Fact]
    public void Folds_split_no_group_and_spread_each_class()
    {
        var labels = Enumerable.Range(0, 300).Select(i => i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2).ToArray();
        var groups = Enumerable.Range(0, 300).Select(i => i / 10 * 3 + labels[i]).ToArray();
        var folds = HeadFolds.Of(labels, groups, 5, seed: 3);
        Assert.All(Enumerable.Range(0, 300).GroupBy(i => groups[i]), group => Assert.Single(group.Select(i => folds[i]).Distinct()));
        for (var label = 0; label < 3; label++)
            Assert.All(Enumerable.Range(0, 5), fold => Assert.Equal(
                labels.Count(other => other == label) / 5.0, Enumerable.Range(0, 300).Count(i => folds[i] == fold && labels[i] == label), 1e-9));
        Assert.Equal(folds, HeadFolds.Of(labels, groups, 5, seed: 3));
        Assert.NotEqual(folds, HeadFolds.Of(labels, groups, 5, seed: 4));
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => HeadFolds.Of(labels, new int[300], 2, 0)).Kind);
    }

    [Fact]
    public void What_is_learned_by_heart_is_not_believed()
    {
        // Features that say nothing about labels drawn at random: only groups that are split would make them look good.
        var rng = Rng.For(1, RngPurpose.Analysis);
        // Pictures 2k and 2k + 1 are the same.
        var values = Enumerable.Range(0, 200 * 40).Select(i => (float)rng.Uniform(i / 80 * 40 + i % 40, -1, 1)).ToArray();
        var labels = Enumerable.Range(0, 200).Select(i => rng.Derive(1).Int(i / 2, 2)).ToArray();
        var table = new FeatureTable([.. Enumerable.Range(0, 200)], labels, values, 40);
        using var device = Device.Cpu(1);
        var together = HeadSearch.Run(table, 2, HeadFolds.Of(labels, [.. Enumerable.Range(0, 200).Select(i => i / 2)], 5, 0), new HeadSearchOptions(), device);
        var apart = HeadSearch.Run(table, 2, [.. Enumerable.Range(0, 200).Select(i => i % 2)], new HeadSearchOptions(), device);
        output.WriteLine($"{together.Accuracy} {together.NearestNeighbour} {apart.Accuracy} {apart.NearestNeighbour}");
        Assert.InRange(together.Accuracy, 0.3, 0.65);
        Assert.InRange(together.NearestNeighbour, 0.3, 0.65);
        Assert.True(apart.Accuracy > 0.7, $"{apart.Accuracy}");
        Assert.Equal(1, apart.NearestNeighbour);
    }

    [Fact]
    public void The_result_is_what_its_parts_say()
    {
        var table = LogisticHeadTests.Rows(400, 24, 3);
        var folds = HeadFolds.Of([.. table.Labels], [.. table.Indices], 4, 0);
        using var device = Device.Cpu(2);
        var result = HeadSearch.Run(table, 3, folds, new HeadSearchOptions(), device);
        Assert.Equal(400, result.OutOfFold.Count);
        Assert.Equal(table.Indices.ToArray(), result.OutOfFold.Indices.ToArray());
        var right = Enumerable.Range(0, 400).Select(i => result.OutOfFold.Predictions[i] == table.Labels[i] ? 1.0 : 0).ToArray();
        Assert.Equal(right.Average(), result.Accuracy, 1e-12);
        Assert.Equal(result.FoldAccuracies[2], right.Where((_, i) => folds[i] == 2).Average(), 1e-12);
        Assert.Equal(ShareInterval.Wilson((long)right.Sum(), 400), result.Interval);
        Assert.Equal(result.BalancedAccuracy, Enumerable.Range(0, 3).Average(label => right.Where((_, i) => table.Labels[i] == label).Average()), 1e-12);
        Assert.Equal(result.Majority, Enumerable.Range(0, 3).Max(label => table.Labels.ToArray().Count(other => other == label)) / 400.0);
        // The row of a picture is what a head fitted without its fold says of it.
        var fold = LogisticHead.Fit(
            table, 3, new LogisticOptions { Strength = result.Strength }, [.. Enumerable.Range(0, 400).Where(i => folds[i] != 1)]);
        var picture = Array.IndexOf(folds, 1);
        var probabilities = new double[3];
        fold.Weights.AddProbabilities(table.Row(picture), probabilities);
        Assert.Equal(probabilities[0], result.OutOfFold.Probabilities(picture)[0], 1e-4);
        Assert.Equal(result.Path.MinBy(point => point.Loss)!.Strength, result.Strength);
        Assert.Equal(result.OutOfFold.Losses.ToArray().Average(), result.Path.Min(point => point.Loss), 1e-5);
        Assert.Equal([100, 300], result.Curve.Select(point => point.Pictures));
        Assert.Equal(
            LogisticHead.Fit(table, 3, new LogisticOptions { Strength = result.Strength }).Weights.Weight, result.Head.Weights.Weight);
        var byAccuracy = HeadSearch.Run(table, 3, folds, new HeadSearchOptions { ByAccuracy = true }, device);
        Assert.Equal(byAccuracy.Path.Max(point => point.Accuracy), byAccuracy.Accuracy);
        Assert.Equal(7, byAccuracy.Path.Count);
    }

    [Fact]
    public void Views_of_a_picture_are_one_row_whose_probabilities_are_their_mean()
    {
        var table = LogisticHeadTests.Rows(120, 8, 2);
        var values = table.Values.ToArray();
        var mirrored = values.Select((value, i) => value + (i % 3 - 1) * 0.2f).ToArray();
        var views = new FeatureTable(
            [.. table.Indices, .. table.Indices], [.. table.Labels, .. table.Labels], [.. values, .. mirrored], 8);
        var folds = HeadFolds.Of([.. views.Labels], [.. views.Indices], 3, 0);
        using var device = Device.Cpu(1);
        var result = HeadSearch.Run(views, 2, folds, new HeadSearchOptions { Strengths = [0.1] }, device);
        Assert.Equal(120, result.OutOfFold.Count);
        var fit = LogisticHead.Fit(
            views, 2, new LogisticOptions { Strength = 0.1 }, [.. Enumerable.Range(0, 240).Where(i => folds[i] != folds[5])]);
        var sum = new double[2];
        fit.Weights.AddProbabilities(views.Row(5), sum);
        fit.Weights.AddProbabilities(views.Row(125), sum);
        Assert.Equal(sum[0] / 2, result.OutOfFold.Probabilities(5)[0], 1e-5);
        var split = folds.ToArray();
        split[125] = (split[5] + 1) % 3;
        Assert.Throws<ArgumentException>(() => HeadSearch.Run(views, 2, split, new HeadSearchOptions(), device));
        Assert.Throws<ArgumentException>(() => HeadSearch.Run(views, 2, new int[240], new HeadSearchOptions(), device));
    }

    [Fact, Trait("lane", "timing")]
    public void Five_folds_of_fifteen_hundred_pictures_take_less_than_twenty_seconds()
    {
        var table = LogisticHeadTests.Rows(1525, 512, 9);
        using var device = Device.Cpu(Environment.ProcessorCount);
        var watch = Stopwatch.StartNew();
        var result = HeadSearch.Run(table, 9, HeadFolds.Of([.. table.Labels], [.. table.Indices], 5, 0), new HeadSearchOptions(), device);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:f2} s; {result.Strength}, {result.Accuracy:f3} of {string.Join(' ', result.Path)}");
        output.WriteLine($"{string.Join(' ', result.Curve)}");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }
}
