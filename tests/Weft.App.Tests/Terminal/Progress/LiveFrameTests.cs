namespace Weft.App.Tests;

public class LiveFrameTests
{
    public static TheoryData<int> Widths => [40, 47, 60, 80, 120];

    [Theory, MemberData(nameof(Widths))]
    public void Frame_in_the_second_epoch_is_approved(int width) => Approval.Of($"live-frame-{width}", Frame(width));

    [Theory, MemberData(nameof(Widths))]
    public void No_line_is_as_wide_as_the_terminal(int width) =>
        Assert.All(Frame(width).Split('\n'), line => Assert.True(line.Length < width, $"{line.Length}: {line}"));

    [Fact]
    public void Time_left_counts_the_steps_that_are_left() =>
        Assert.Equal(TimeSpan.FromSeconds(150 * 0.015), FakeTraining.After([.. FakeTraining.Events(1), FakeTraining.Step(2, 150)]).Left);

    [Fact]
    public void Time_left_of_a_continued_run_counts_its_own_steps_only()
    {
        var state = new TrainingState(3, 100, null, []);
        state.Apply(new Weft.Training.RunResumed(42, "here", 2, 2, 140, 3, 100) { Time = FakeTraining.Step(2, 140).Time });
        state.Apply(FakeTraining.Step(2, 150));
        Assert.Equal(150 * 0.015, state.Left!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void Patience_is_what_is_left_since_the_best_epoch() => Assert.Equal(1, FakeTraining.After(FakeTraining.Events(3), patience: 2).PatienceLeft);

    [Fact]
    public void Earlier_epochs_of_a_continued_run_are_remembered()
    {
        var state = new TrainingState(5, 100, null, [new(1, 100, 0.5, 0.8, 0.4, 0.9, 0.1, 1, 1), new(2, 200, 0.4, 0.8, 0.3, 0.88, 0.1, 1, 1)]);
        Assert.Equal((1, 0.9, 3), (state.Best!.Epoch, state.Best.ValidationAccuracy, state.Epoch));
    }

    private static string Frame(int width)
    {
        var state = FakeTraining.After([.. FakeTraining.Events(1), FakeTraining.Step(2, 150)], patience: 5);
        state.Notice = "stopping after this step; saving…";
        string[] rows = [EpochTable.Header(width), .. FakeTraining.Events(2).OfType<Weft.Training.EpochDone>().Select(epoch => EpochTable.Row(epoch, width))];
        return string.Join('\n', rows.Concat(LiveFrame.Lines(state, width).Select(line => line.Plain)));
    }
}
