namespace Weft.Training.Tests;

public class WeftExceptionTests
{
    [Fact]
    public void An_error_that_nobody_catches_says_all_its_parts()
    {
        var error = new WeftException(ErrorKind.IoError, "the model cannot be written", new IOException("no room"))
        {
            Where = "a/b.safetensors", Expected = "a file", Found = "a folder", Safe = "what was there before", Next = new Advice("name another file"),
        };
        var lines = error.ToString().Split('\n');
        Assert.EndsWith("WeftException: the model cannot be written", lines[0].Split(" --->")[0].TrimEnd());
        Assert.Equal(
            ["  where: a/b.safetensors", "  expected: a file", "  found: a folder", "  safe: what was there before", "  do: name another file"], lines[1..6]);
        Assert.Contains("no room", error.ToString());
    }

    [Fact]
    public void Of_several_mistakes_each_is_a_line()
    {
        var error = Mistakes.ToError([new Problem("a", "1", "2"), new Problem("b", "3", "4")], "the configuration");
        Assert.Equal(2, error.ToString().Split('\n').Count(line => line.StartsWith("  mistake: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_single_mistake_is_said_once()
    {
        var error = Mistakes.ToError([new Problem("a", "more than 1", "2")], "the configuration");
        Assert.Single(error.ToString().Split('\n'), line => line.Contains("more than 1", StringComparison.Ordinal));
    }
}
