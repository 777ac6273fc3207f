namespace Weft.App.Tests;

public class LiveRegionTests
{
    [Fact]
    public void What_is_left_on_the_screen_is_rows_and_the_last_frame()
    {
        var (screen, region) = Open(20);
        region.WriteAbove(new StyledLine("header"));
        region.Draw([new("a long first line"), new("second"), new("third")]);
        region.WriteAbove(new StyledLine("row"));
        region.Draw([new("short")]);
        Assert.Equal(["header", "row", "short"], TerminalEmulator.Show(screen.Output, 20));
    }

    [Fact]
    public void Closing_takes_the_region_away_and_gives_the_cursor_back()
    {
        var (screen, region) = Open(20);
        region.Draw([new("first"), new("second")]);
        region.WriteAbove(new StyledLine("row"));
        region.Close();
        Assert.Equal(["row"], TerminalEmulator.Show(screen.Output, 20));
        Assert.EndsWith("\e[?25h", screen.Output);
    }

    [Fact]
    public void A_window_made_narrower_leaves_nothing_behind()
    {
        var width = 20;
        var screen = new FakeScreen(() => width);
        var region = new LiveRegion(screen.Screen);
        region.Draw([new("0123456789abcdef"), new("second")]);
        width = 10; // terminals wrap what is there: the first line takes two rows now
        region.Draw([new("new")]);
        Assert.Contains("\r\e[2A\e[J", screen.Output);
    }

    [Fact]
    public void A_whole_training_leaves_a_header_and_a_row_an_epoch()
    {
        var screen = new FakeScreen(width: 60, terminal: true);
        var view = ProgressView.For(screen.Screen, new TrainingState(3, 100, 5, []));
        view.While(() =>
        {
            foreach (var happened in FakeTraining.Events(3))
            {
                view.Say(happened.GetType().Name);
                view.Show(happened);
            }
        });
        Approval.Of("live-after-the-end-60", string.Join('\n', TerminalEmulator.Show(screen.Output, 60)));
    }

    private static (FakeScreen Screen, LiveRegion Region) Open(int width)
    {
        var screen = new FakeScreen(width, terminal: true);
        return (screen, new LiveRegion(screen.Screen));
    }
}
