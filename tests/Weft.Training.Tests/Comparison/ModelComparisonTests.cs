namespace Weft.Training.Tests;

public sealed class ModelComparisonTests
{
    // Exact values by hand: 2·Σ C(n, k)/2^n.
    [Theory]
    [InlineData(0, 0, 1, 1)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(5, 0, 0.0625, 0.03125)]
    [InlineData(2, 8, 0.109375, 0.0654296875)]
    [InlineData(8, 2, 0.109375, 0.0654296875)]
    public void McNemar_is_the_binomial_by_hand(int first, int second, double exact, double midP)
    {
        var test = new McNemar(first, second);

        Assert.Equal(exact, test.Exact, 1e-12);
        Assert.Equal(midP, test.MidP, 1e-12);
    }

    [Fact]
    public void McNemar_of_thousands_agrees_with_the_normal_law()
    {
        // 2 · (1 − Φ((|b − c| − 1) / √(b + c))) with b = 2150, c = 2000.
        Assert.Equal(0.0207, new McNemar(2150, 2000).Exact, 3e-4);
        Assert.True(new McNemar(9000, 1000).Exact is >= 0 and < 1e-100);
    }

    [Fact]
    public void Holm_multiplies_by_those_that_are_left_and_never_falls() =>
        Assert.Equal([0.04, 0.06, 0.06, 0.5], McNemar.Holm([0.01, 0.03, 0.02, 0.5]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void Discordant_images_are_counted_from_the_predictions()
    {
        var test = McNemar.Of(Table([0, 1, 1, 1], labels: [0, 1, 0, 1]), Table([0, 0, 0, 0], labels: [0, 1, 0, 1]));

        Assert.Equal((2, 1), (test.OnlyFirst, test.OnlySecond));
    }

    [Fact]
    public void Tables_of_other_images_are_refused() =>
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => McNemar.Of(Table([0, 1], [0, 1]), Table([0, 1, 1], [0, 1, 1]))).Kind);

    [Fact]
    public void A_prediction_table_survives_being_written_and_read_even_rounded()
    {
        var table = Table([0, 1, 1], [0, 1, 0]);
        foreach (var decimals in new int?[] { null, 4 })
        {
            var text = new StringWriter();
            table.WriteCsv(text, decimals);
            var again = PredictionTable.ReadCsv(new StringReader(text.ToString()), "predictions.csv");

            Assert.Equal(table.Predictions, again.Predictions);
            Assert.Equal(table.Labels, again.Labels);
            Assert.Equal(table.Indices, again.Indices);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("index,label\n1,2\n")]
    [InlineData("index,label,prediction,loss,p0,p1\n1,2,0,0.1,0.2\n")]
    [InlineData("index,label,prediction,loss,p0,p1\n1,x,0,0.1,0.2,0.8\n")]
    public void A_damaged_prediction_table_is_refused_with_its_line(string text)
    {
        var error = Assert.Throws<WeftException>(() => PredictionTable.ReadCsv(new StringReader(text), "predictions.csv"));

        Assert.Equal(ErrorKind.IoError, error.Kind);
        Assert.StartsWith("predictions.csv:", error.Where);
    }

    [Fact]
    public void Runs_that_differ_in_their_seed_alone_are_one_group_and_others_are_tested_in_pairs()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, sets) in new[] { ("a1", "training.seed=1"), ("a2", "training.seed=2"), ("b1", "optimizer.learning_rate=0.001") })
            TinyTraining.Train(folder, TinyTraining.Configuration(sets), name);
        var store = new RunStore(folder.In("runs"));
        foreach (var run in store.List())
        {
            var checkpoint = store.FindCheckpoint(run.Folder.Name);
            using var evaluation = new RunEvaluation(checkpoint, _ => TinyTraining.Dataset(), threads: 1);
            using var owned = RunLock.Take(run.Folder);
            EvaluationFiles.Write(owned, checkpoint, EvaluationSplit.Validation, evaluation.Validation());
        }

        var comparison = new ModelComparison([.. store.List().Select(run => RunResult.Read(run, EvaluationSplit.Validation))]);

        Assert.Equal([["a1", "a2"], ["b1"]], comparison.Groups.Select(group => group.Runs.Select(run => run.Name).Order().ToArray())
            .OrderBy(names => names[0]));
        var pair = Assert.Single(comparison.Pairs);
        Assert.Equal((double)pair.First.Correct - pair.Second.Correct, pair.Test.OnlyFirst - pair.Test.OnlySecond);
        Assert.Equal("cannot be told apart", (pair with { Corrected = 0.05 }).Verdict);
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => RunResult.Read(store.Find("a1"), EvaluationSplit.Test)).Kind);
    }

    private static PredictionTable Table(int[] predictions, int[] labels) => new(
        [.. Enumerable.Range(0, labels.Length)], labels,
        [.. predictions.SelectMany(prediction => prediction == 0 ? new[] { 0.50001f, 0.49999f } : [0.49999f, 0.50001f])], new float[labels.Length], 2);
}
