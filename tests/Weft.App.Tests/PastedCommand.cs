using System.CommandLine;
using System.Text;

namespace Weft.App.Tests;

/// <summary>A command that an error advises, as a shell would take it.</summary>
internal static class PastedCommand
{
    /// <summary>The words behind <c>weft</c>.</summary>
    public static string[] Words(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, begun) = (false, false);
        for (var i = 0; i < command.Length; i++)
        {
            var letter = command[i];
            if (letter == '\'')
                (quoted, begun) = (!quoted, true);
            else if (letter == '\\' && !quoted && i + 1 < command.Length)
                word.Append(command[++i]);
            else if (letter == ' ' && !quoted)
            {
                if (begun)
                    words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
            else
            {
                Assert.False(!quoted && ";&|<>$`\"*?()#~".Contains(letter), $"a shell does not take {letter} as it stands: {command}");
                word.Append(letter);
                begun = true;
            }
        }

        Assert.False(quoted, $"a quote is not closed: {command}");
        if (begun)
            words.Add(word.ToString());
        Assert.Equal("weft", words[0]);
        return [.. words.Skip(1)];
    }

    /// <summary>What the command line would say against it; null: nothing.</summary>
    public static string? Mistake(string command)
    {
        var parse = App.Root(new FakeScreen().Screen)
            .Parse(Words(command), new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        return parse.Errors.Count == 0 ? null : string.Join("; ", parse.Errors.Select(error => error.Message));
    }
}
