using System.Text.RegularExpressions;

namespace Weft.App.Tests;

/// <summary>As much of a terminal as the live view uses: new line, return, cursor up, erase below; colours and cursor visibility are passed over.</summary>
internal static partial class TerminalEmulator
{
    /// <summary>The lines that can be seen in the end, without empty ones at the bottom.</summary>
    public static string[] Show(string output, int width)
    {
        var lines = new List<char[]> { Blank(width) };
        var (row, column) = (0, 0);
        foreach (Match match in Parts.Matches(output))
        {
            switch (match.Value)
            {
                case "\n":
                    if (++row == lines.Count)
                        lines.Add(Blank(width));
                    column = 0;
                    break;
                case "\r":
                    column = 0;
                    break;
                case "\e[J":
                    Array.Fill(lines[row], ' ', column, width - column);
                    lines.RemoveRange(row + 1, lines.Count - row - 1);
                    break;
                case ['\e', '[', .. var up, 'A']:
                    row -= int.Parse(up);
                    Assert.True(row >= 0, "the cursor left the screen at its top");
                    break;
                case ['\e', ..]:
                    break;
                default:
                    Assert.True(column < width, "a line is wider than the terminal");
                    lines[row][column++] = match.Value[0];
                    break;
            }
        }
        return [.. lines.Select(line => new string(line).TrimEnd()).Reverse().SkipWhile(line => line is "").Reverse()];
    }

    private static char[] Blank(int width)
    {
        var line = new char[width];
        Array.Fill(line, ' ');
        return line;
    }

    [GeneratedRegex(@"\e\[[?\d;]*[A-Za-z]|[\s\S]")]
    private static partial Regex Parts { get; }
}
