using System.CommandLine;

namespace Weft.App.Tests;

public class HelpTests
{
    [Fact]
    public void Help_of_every_command_is_approved()
    {
        foreach (var path in Paths(App.Root(new FakeScreen().Screen), []))
        {
            var (code, screen) = FakeScreen.Run([.. path, "--help"]);
            Assert.Equal(0, code);
            Approval.Of(string.Join('-', ["help", .. path]), screen.Output);
        }
    }

    [Fact]
    public void Weft_alone_shows_the_help()
    {
        var (code, screen) = FakeScreen.Run();
        Assert.Equal(0, code);
        Assert.Contains("Commands:", screen.Output);
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(verb => Paths(verb, [.. path, verb.Name])).Prepend(path);
}
