namespace Weft.Training.Tests;

/// <summary>What trials say about parameters and pruners, against numbers that were worked out by hand.</summary>
public class SweepInsightTests
{
    private static readonly SweepDefinition Definition = new()
    {
        Method = SweepMethod.Random,
        Space = new SearchSpace([
            new CategoricalParameter("optimizer.name", ["adam", "sgd"]), new NumericParameter("model.dropout", new UniformDistribution(0, 1))]),
    };

    private static TrialRow Trial(int number, string choice, string dropout, double value) => new(number, [choice, dropout])
    {
        State = TrialState.Finished, Reports = [new TrialReport(1, value, value, 0.5, true)],
    };

    [Fact]
    public void Importance_is_omega_squared_of_the_ranks()
    {
        // Four trials of each choice, every value of the one below every value of the other: SST 42, SSB 32, MSW 10/6. Eight dropouts in four groups of two,
        // whose ranks have the means 3, 4, 5 and 6: SSB 10, less than chance gives.
        List<TrialRow> trials =
        [
            .. new[] { 1.0, 2, 3, 1000 }.Select((value, i) => Trial(i, "adam", $"0.{i * 2 + 1}", value)),
            .. new[] { 2000.0, 2001, 2002, 2003 }.Select((value, i) => Trial(4 + i, "sgd", $"0.{i * 2 + 2}", value)),
        ];
        var importance = SweepInsight.Importance(Definition, trials);
        Assert.Equal((32 - 10 / 6.0) / (42 + 10 / 6.0), importance["optimizer.name"], 12);
        Assert.Equal(0, importance["model.dropout"]);
        Assert.Empty(SweepInsight.Importance(Definition, trials[..7]));
    }

    [Fact]
    public void A_setting_that_is_no_number_is_left_out_of_its_parameter()
    {
        var trials = Enumerable.Range(0, 12).Select(i => Trial(i, "adam", $"0.{i + 10}", i)).ToList();
        var without = SweepInsight.Importance(Definition, trials)["model.dropout"];
        Assert.InRange(without, 0.8, 1);
        trials.Add(Trial(12, "adam", "none", 5.5)); // as the default's, which has no dropout
        Assert.InRange(SweepInsight.Importance(Definition, trials)["model.dropout"], 0.8, 1);
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, new double[] { 3, 1, 2, 5, 4 }, 0.4)]
    [InlineData(new double[] { 1, 1, 2, 3 }, new double[] { 1, 2, 2, 3 }, 0.8)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 30, 20, 10 }, -1)]
    [InlineData(new double[] { 1, 2, 3 }, new double[] { 7, 7, 7 }, double.NaN)]
    public void Kendalls_tau_counts_pairs_and_ties(double[] a, double[] b, double tau) => Assert.Equal(tau, SweepInsight.KendallTau(a, b), 12);

    [Fact]
    public void A_finals_table_comes_back_as_it_was_written()
    {
        var rows = FinalsFile.Parse(
            "contender,label,seeds,metric,mean,deviation,difference,difference_margin,only_first,only_this,mid_p,corrected_p,told_apart,searched,luck,epochs,"
                + "chosen\ndefault,the default,2,macro_f1,0.9,0.01,,,,,,,,,,4,yes\n"
                + "0012,\"trial 12: a, b\",2,macro_f1,0.91,,0.01,,1,2,0.5,0.5,no,0.95,0.04,4,\n",
            "here");
        Assert.Equal(new FinalsRow("default", "the default", 2, "macro_f1") { Mean = 0.9, Deviation = 0.01, IsChosen = true }, rows[0]);
        Assert.Equal(
            new FinalsRow("0012", "trial 12: a, b", 2, "macro_f1")
            {
                Mean = 0.91, Difference = 0.01, CorrectedP = 0.5, ToldApart = false, Searched = 0.95, Luck = 0.04,
            }, rows[1]);
    }
}
