namespace Weft.Tests.Schedules;

public class TrapezoidScheduleTests
{
    [Fact]
    public void It_rises_stays_and_falls_in_the_shares_it_was_given()
    {
        var schedule = new TrapezoidSchedule { RiseFraction = 0.2, FallFraction = 0.4, EndFraction = 0.1 };
        double[] expected = [0.5, 1, 1, 1, 1, 1, 1, 0.775, 0.55, 0.325];

        for (var step = 0; step < 10; step++)
            Assert.Equal(2 * expected[step], schedule.LearningRate(2, new SchedulePosition(step, 5, 10)), 1e-12);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.05, 0.2)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Rates_stay_positive_beyond_the_end_and_in_the_shortest_training(double rise, double fall)
    {
        foreach (var total in (int[])[1, 2, 3, 100])
            foreach (var step in (int[])[0, 1, total - 1, total, total + 50])
                Assert.InRange(new TrapezoidSchedule { RiseFraction = rise, FallFraction = fall }.LearningRate(1, new SchedulePosition(step, 1, total)),
                    1e-9, 1);
    }

    [Fact]
    public void A_longer_training_has_the_same_rates_until_the_shorter_one_falls()
    {
        var schedule = new TrapezoidSchedule { RiseFraction = 0, FallFraction = 0.2 };

        for (var step = 0; step < 80; step++)
            Assert.Equal(schedule.LearningRate(1, new SchedulePosition(step, 10, 200)), schedule.LearningRate(1, new SchedulePosition(step, 10, 100)));
    }

    [Fact]
    public void Ramps_that_overlap_are_refused() =>
        Assert.Equal("fall_fraction", Assert.Single(new TrapezoidSchedule { RiseFraction = 0.5, FallFraction = 0.6 }.Validate()).Where);
}
