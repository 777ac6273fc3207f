namespace Weft.Training.Tests;

public class PolicyTests
{
    [Fact]
    public void Early_stopping_counts_epochs_without_improvement()
    {
        var policy = new StopWhenNoImprovement(new EarlyStoppingConfiguration { Patience = 2, MinimumChange = 0.01 });

        Assert.Equal([null, null, null, null, null, StopReasons.NoImprovement], Feed(policy, 0.5, 0.6, 0.605, 0.7, 0.7, 0.705));
        Assert.Equal(0, policy.PatienceLeft);
    }

    [Fact]
    public void A_falling_loss_is_an_improvement()
    {
        var policy = new StopWhenNoImprovement(new EarlyStoppingConfiguration { Patience = 1, Metric = new ValidationLossMetric() });

        Assert.Equal([null, null, StopReasons.NoImprovement], FeedLoss(policy, 1, 0.9, 0.95));
    }

    [Fact]
    public void NaN_is_no_improvement_and_a_number_after_it_is() =>
        Assert.Equal([null, null, null, StopReasons.NoImprovement],
            Feed(new StopWhenNoImprovement(new EarlyStoppingConfiguration { Patience = 2 }), double.NaN, 0.1, double.NaN, double.NaN));

    [Fact]
    public void Epochs_before_the_start_are_not_counted() => Assert.Equal(
        [null, null, null, null, StopReasons.NoImprovement],
        Feed(new StopWhenNoImprovement(new EarlyStoppingConfiguration { Patience = 1, StartEpoch = 4 }), 0.9, 0.8, 0.7, 0.6, 0.5));

    [Fact]
    public void A_restored_policy_goes_on_where_it_was()
    {
        var options = new EarlyStoppingConfiguration { Patience = 3 };
        var first = new StopWhenNoImprovement(options);
        Feed(first, 1.0 / 3, 0.1, 0.1);
        var second = new StopWhenNoImprovement(options);
        second.Restore(first.State!);

        Assert.Equal(1, second.PatienceLeft);
        Assert.Equal(first.State, second.State);
        Assert.NotNull(second.AfterEpoch(new EpochReport(4, 1.0 / 3, 0, null)).StopReason);
        Assert.Throws<FormatException>(() => second.Restore("what"));
    }

    [Theory]
    [InlineData(0.9, 0.3, 0.8, 0.1, true)]
    [InlineData(0.8, 0.1, 0.9, 0.3, false)]
    [InlineData(0.9, 0.1, 0.9, 0.3, true)]
    [InlineData(0.9, 0.3, 0.9, 0.3, false)]
    [InlineData(double.NaN, 0.1, 0.0, 9.0, false)]
    public void The_best_epoch_is_by_accuracy_then_loss_then_first(double accuracy, double loss, double bestAccuracy, double bestLoss, bool isBetter) =>
        Assert.Equal(isBetter, BestRule.Usual.IsBetter(accuracy, loss, MetricValues.None, new BestEpoch(1, bestAccuracy, bestLoss)));

    [Fact]
    public void Saves_are_asked_for_by_steps_and_by_time()
    {
        var clock = new HandClock();
        var policy = new SavePeriodically(TimeSpan.FromSeconds(60), 4, clock);

        Assert.Equal([false, false, false, true, false], Enumerable.Range(1, 5).Select(step => policy.AfterStep(new StepReport(1, step, 1, 1)).SaveLast));
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(policy.AfterStep(new StepReport(1, 6, 1, 1)).SaveLast);
        Assert.False(policy.AfterStep(new StepReport(1, 7, 1, 1)).SaveLast);
    }

    [Fact]
    public void Without_interval_and_steps_nothing_is_saved_inside_epochs()
    {
        var clock = new HandClock();
        var policy = new SavePeriodically(null, null, clock);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.False(policy.AfterStep(new StepReport(1, 1, 1, 1)).SaveLast);
    }

    [Fact]
    public void The_first_reason_to_stop_is_the_one_that_counts()
    {
        var both = new Decision { StopReason = "a", StopDetail = "x", MayResume = true } + new Decision { StopReason = "b", SaveBest = true };
        Assert.Equal(("a", "x", true, true), (both.StopReason, both.StopDetail, both.MayResume, both.SaveBest));
    }

    private static List<string?> Feed(ITrainingPolicy policy, params double[] accuracies) =>
        FeedReports(policy, accuracies.Select((value, i) => new EpochReport(i + 1, value, 0, null)));

    private static List<string?> FeedLoss(ITrainingPolicy policy, params double[] losses) =>
        FeedReports(policy, losses.Select((value, i) => new EpochReport(i + 1, 0, value, null)));

    private static List<string?> FeedReports(ITrainingPolicy policy, IEnumerable<EpochReport> reports)
    {
        var reasons = new List<string?>();
        foreach (var report in reports)
        {
            if (reasons.Count == 0 || reasons[^1] is null)
                reasons.Add(policy.AfterEpoch(report).StopReason);
        }

        return reasons;
    }
}

/// <summary>A clock that moves when told.</summary>
internal sealed class HandClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(_ticks + new DateTime(2026, 1, 1).Ticks, TimeSpan.Zero);

    public void Advance(TimeSpan by) => _ticks += by.Ticks;
}
