namespace Weft.App.Tests;

public sealed class CountProgressTests
{
    [Theory]
    [InlineData(2_500, 10_000, 5, "2,500 of 10,000 pictures, 500 a second, 0:15 left")]
    [InlineData(2_500, 0, 5, "2,500 pictures, 500 a second")]
    [InlineData(30, 20, 60, "30 pictures, 0.5 a second")]
    [InlineData(0, 20, 2, "0 of 20 pictures, 0.0 a second")]
    public void The_line_says_how_many_how_fast_and_how_long_still(long done, long total, int seconds, string text) =>
        Assert.Equal(text, new CountProgress(new FakeScreen().Screen, "pictures", total).Text(done, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_line_is_drawn_on_a_terminal_alone_and_taken_away_again()
    {
        var (pipe, terminal) = (new FakeScreen(), new FakeScreen(terminal: true));
        using (var shown = new CountProgress(terminal.Screen, "pictures", 10) { Patience = TimeSpan.Zero })
        using (var silent = new CountProgress(pipe.Screen, "pictures", 10) { Patience = TimeSpan.Zero })
        {
            shown.Show(3);
            silent.Show(3);
        }

        Assert.Equal("", pipe.Output);
        Assert.StartsWith("\r\e[K3 of 10 pictures, ", terminal.Output);
        Assert.EndsWith("\r\e[K", terminal.Output);
    }
}
