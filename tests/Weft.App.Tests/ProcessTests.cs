namespace Weft.App.Tests;

public class ProcessTests
{
    [Fact]
    public void A_reader_that_goes_away_is_no_error()
    {
        var (code, output, error) = WeftProcess.Shell("{ $WEFT config schema; echo code $? >&2; } | head -n 1");
        Assert.Equal((0, "{\n", "code 0\n"), (code, output, error));
    }

    [Fact]
    public void Closed_standard_streams_are_no_error()
    {
        var (code, _, _) = WeftProcess.Shell("$WEFT config show <&- >&- 2>&-");
        Assert.Equal(0, code);
    }

    [Fact]
    public void Json_that_cannot_be_written_is_an_error_all_the_same()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        var (code, _, error) = WeftProcess.Shell("$WEFT config show --json >/dev/full");
        Assert.Equal(40, code);
        Assert.Contains("\nerror[40 disk-full]: ", error);
    }

    [Fact]
    public void Json_is_alone_on_standard_output()
    {
        var (code, output, error) = WeftProcess.Shell("$WEFT config show --json");
        Assert.Equal(0, code);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("{", output);
        Assert.Contains("epochs", error);
    }
}
