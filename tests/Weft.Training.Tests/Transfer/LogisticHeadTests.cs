using System.Diagnostics;
using System.Text.Json;

namespace Weft.Training.Tests.Transfer;

public class LogisticHeadTests(ITestOutputHelper output)
{
    [Fact]
    public void Probabilities_are_those_of_scikit_learn()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "logistic.json")));
        var root = file.RootElement;
        var labels = root.GetProperty("labels").Deserialize<int[]>()!;
        var features = root.GetProperty("features").Deserialize<float[]>()!;
        var table = new FeatureTable([.. Enumerable.Range(0, labels.Length)], labels, features, features.Length / labels.Length);
        foreach (var expected in root.GetProperty("cases").EnumerateArray())
        {
            var isWeighted = expected.GetProperty("weighted").GetBoolean();
            foreach (var (tolerance, allowed) in ((double, double)[])[(1e-6, 1e-4), (1e-10, 1e-5)])
            {
                var fit = LogisticHead.Fit(table, root.GetProperty("classes").GetInt32(), new LogisticOptions
                {
                    Strength = expected.GetProperty("strength").GetDouble(),
                    SampleWeights = isWeighted ? root.GetProperty("sample_weights").Deserialize<float[]>() : null,
                    ClassWeights = isWeighted ? root.GetProperty("class_weights").Deserialize<double[]>() : null,
                    Tolerance = tolerance,
                });
                var distance = Probabilities(fit, table)
                    .Zip(expected.GetProperty("probabilities").Deserialize<double[]>()!, (a, b) => Math.Abs(a - b)).Max();
                output.WriteLine(
                    $"{expected.GetProperty("strength")} {isWeighted}: {distance:g2} away after {fit.Iterations} steps, gradient {fit.GradientNorm:g2}");
                Assert.True(fit.GradientNorm <= tolerance);
                Assert.True(distance <= allowed, $"strength {expected.GetProperty("strength")}: {distance}");
            }
        }
    }

    [Fact]
    public void The_gradient_is_that_of_the_loss()
    {
        var table = Rows(700, 13, 3);
        var options = new LogisticOptions
        {
            Strength = 0.2, ClassWeights = [1, 2, 0.5], SampleWeights = [.. Enumerable.Range(0, 700).Select(i => i % 4 * 0.5f)], LogitAdjustment = 0.7,
        };
        var objective = LogisticHead.Objective(table, 3, options, [.. Enumerable.Range(0, 699)]);
        var point = Enumerable.Range(0, objective.Length).Select(i => Rng.For(2, RngPurpose.Analysis).Uniform(i, -0.5, 0.5)).ToArray();
        var (gradient, unused) = (new double[point.Length], new double[point.Length]);
        objective.Evaluate(point, gradient);
        for (var i = 0; i < point.Length; i++)
        {
            const double Step = 1e-5;
            var here = point[i];
            point[i] = here + Step;
            var above = objective.Evaluate(point, unused);
            point[i] = here - Step;
            var slope = (above - objective.Evaluate(point, unused)) / (2 * Step);
            point[i] = here;
            Assert.Equal(slope, gradient[i], 1e-8);
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var table = Rows(1500, 37, 5);
        var fits = new[] { 1, 2, 7 }.Select(threads => LogisticHead.Fit(table, 5, new LogisticOptions { Threads = threads })).ToArray();
        Assert.All(fits, fit => Assert.Equal(fits[0].Weights.Weight, fit.Weights.Weight));
        Assert.All(fits, fit => Assert.Equal(fits[0].Point, fit.Point));
    }

    // Two classes at −1 and 1: by symmetry W = (−w, w), and the loss log(1 + exp(−2w)) + λw² is smallest where σ(−2w) = λw.
    [Theory]
    [InlineData(0.01)]
    [InlineData(1)]
    public void Two_points_have_the_weight_that_the_equation_gives(double strength)
    {
        var table = new FeatureTable([0, 1], [0, 1], [5, 9], 1); // mean 7, deviation 2
        var fit = LogisticHead.Fit(table, 2, new LogisticOptions { Strength = strength, Tolerance = 1e-12 });
        var weight = fit.Point[1];
        Assert.Equal(-weight, fit.Point[0], 1e-10);
        Assert.Equal(strength * weight, 1 / (1 + Math.Exp(2 * weight)), 1e-10);
        Assert.Equal(weight / 2, fit.Weights.Weight[1], 1e-6);
        Assert.Equal(-7 * weight / 2, fit.Weights.Bias[1], 1e-5);
    }

    [Fact]
    public void Without_anything_to_tell_classes_apart_by_their_shares_are_answered_and_with_the_adjustment_equal_ones()
    {
        var table = new FeatureTable([0, 1, 2, 3], [0, 0, 0, 1], [2, 2, 2, 2], 1);
        Assert.Equal([0.75, 0.25], Probabilities(LogisticHead.Fit(table, 2, new LogisticOptions()), table).Take(2), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal([0.5, 0.5], Probabilities(LogisticHead.Fit(table, 2, new LogisticOptions { LogitAdjustment = 1 }), table).Take(2),
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_row_of_weight_two_counts_as_two_rows()
    {
        var once = new FeatureTable([0, 1, 2, 3], [0, 0, 1, 2], [1, 2, 4, 3], 1);
        // Standardization counts each row once: the same rows twice, or with weight 2, have the same mean and deviation.
        var twice = new FeatureTable([0, 1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 2, 0, 0, 1, 2], [1, 2, 4, 3, 1, 2, 4, 3], 1);
        var weighted = LogisticHead.Fit(once, 3, new LogisticOptions { SampleWeights = [2, 2, 2, 2], Tolerance = 1e-10 });
        Assert.Equal(LogisticHead.Fit(twice, 3, new LogisticOptions { Tolerance = 1e-10 }).Weights.Weight, weighted.Weights.Weight,
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        var table = Rows(10, 3, 2);
        Assert.Throws<ArgumentException>(() => LogisticHead.Fit(table, 1, new LogisticOptions()));
        Assert.Throws<ArgumentException>(() => LogisticHead.Fit(table, 2, new LogisticOptions(), []));
        Assert.Throws<ArgumentException>(() => LogisticHead.Fit(table, 2, new LogisticOptions { ClassWeights = [0, 0] }));
        Assert.Throws<ArgumentException>(() => LogisticHead.Fit(table, 2, new LogisticOptions { ClassWeights = [1, -1] }));
        Assert.Throws<ArgumentException>(() => LogisticHead.Fit(new FeatureTable([0, 1], [0, 1], [1, float.NaN], 1), 2, new LogisticOptions()));
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => LogisticHead.Fit(table, 2, new LogisticOptions(), cancellationToken: stopped.Token));
    }

    [Fact, Trait("lane", "timing")]
    public void Fifteen_hundred_pictures_take_less_than_three_seconds_on_one_core()
    {
        var table = Rows(1525, 512, 9);
        foreach (var strength in (double[])[0.03, 1e-4])
        {
            var watch = Stopwatch.StartNew();
            var fit = LogisticHead.Fit(table, 9, new LogisticOptions { Strength = strength, Threads = 1 });
            output.WriteLine($"{strength}: {watch.Elapsed.TotalSeconds:f2} s, {fit.Iterations} steps, gradient {fit.GradientNorm:g2}");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3), $"{watch.Elapsed}");
        }
    }

    internal static FeatureTable Rows(int count, int dimension, int classes)
    {
        var rng = Rng.For(1, RngPurpose.Analysis);
        var labels = Enumerable.Range(0, count).Select(i => i < classes ? i : rng.Derive(1).Int(i, classes)).ToArray();
        var values = new float[count * dimension];
        // Not independent and never negative, as what comes out of a network.
        for (var i = 0; i < count; i++)
        {
            for (var d = 0; d < dimension; d++)
            {
                values[i * dimension + d] = (float)Math.Max(0, rng.Derive(2).Uniform(i * dimension + d, -1, 1) + 0.5 * rng.Derive(3).Uniform(i, -1, 1)
                    + 0.3 * rng.Derive(4).Uniform(labels[i] * dimension + d, -1, 1));
            }
        }

        return new FeatureTable([.. Enumerable.Range(0, count)], labels, values, dimension);
    }

    private static double[] Probabilities(LogisticFit fit, FeatureTable table)
    {
        var probabilities = new double[table.Count * fit.Weights.Classes];
        for (var row = 0; row < table.Count; row++)
            fit.Weights.AddProbabilities(table.Row(row), probabilities.AsSpan(row * fit.Weights.Classes, fit.Weights.Classes));
        return probabilities;
    }
}
