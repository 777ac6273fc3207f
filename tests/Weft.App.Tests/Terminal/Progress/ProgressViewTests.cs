using Weft.Training;

namespace Weft.App.Tests;

public class ProgressViewTests
{
    [Fact]
    public void Without_a_terminal_there_is_one_line_an_epoch()
    {
        var screen = new FakeScreen();
        Play(screen, 3);
        Approval.Of("plain-progress", screen.Output);
    }

    [Fact]
    public void On_a_terminal_epochs_stay_and_the_frame_goes()
    {
        var screen = new FakeScreen(terminal: true);
        Play(screen, 3);
        Assert.Equal(3, screen.Output.Split('\n')
            .Count(line => line.EndsWith("0:02 *", StringComparison.Ordinal) || line.EndsWith("0:02", StringComparison.Ordinal)));
        foreach (var epoch in FakeTraining.Events(3).OfType<EpochDone>())
            Assert.Contains(EpochTable.Row(epoch, 80), screen.Output);
        Assert.EndsWith("\e[?25h", screen.Output.TrimEnd()); // the cursor is back
    }

    [Fact]
    public void Without_colours_no_colour_code_is_written()
    {
        var screen = new FakeScreen(terminal: true);
        Play(screen, 2);
        Assert.DoesNotMatch(@"\e\[[\d;]*m", screen.Output);
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        var screen = new FakeScreen(terminal: true);
        screen.Screen.Quiet = true;
        Play(screen, 3);
        Assert.Empty(screen.Output + screen.Error);
    }

    [Fact]
    public void With_json_people_read_standard_error()
    {
        var screen = new FakeScreen();
        screen.Screen.Json = true;
        Play(screen, 1);
        Assert.Empty(screen.Output);
        Assert.Contains("epoch 1/3", screen.Error);
    }

    [Fact]
    public void Warning_with_control_characters_cannot_move_the_cursor()
    {
        var screen = new FakeScreen(terminal: true);
        var view = ProgressView.For(screen.Screen, new TrainingState(3, 100, null, []));
        view.While(() => view.Show(new Warned("disk-full", "\e[2Jgone\nand a line", null)));
        Assert.DoesNotContain("\e[2J", screen.Output);
        Assert.Contains("\\u001B[2Jgone\\nand a line", screen.Output);
    }

    private static void Play(FakeScreen screen, int epochs)
    {
        var view = ProgressView.For(screen.Screen, new TrainingState(3, 100, null, []));
        view.While(() =>
        {
            foreach (var happened in FakeTraining.Events(epochs))
                view.Show(happened);
        });
    }
}
