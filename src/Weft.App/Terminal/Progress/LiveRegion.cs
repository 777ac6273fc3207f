using System.Text;

namespace Weft.App;

/// <summary>
/// The last lines of a terminal, drawn anew again and again, with lines that stay written above them. Lines must be shorter than the terminal is wide; one that
/// was drawn before the window became narrower is still taken away whole.
/// </summary>
internal sealed class LiveRegion(Screen screen)
{
    private const string EraseBelow = "\e[J";

    private IReadOnlyList<StyledLine> _drawn = [];

    public void Open() => screen.People.Write("\e[?25l"); // no cursor

    /// <summary>Takes the region away and gives the cursor back.</summary>
    public void Close() => screen.People.Write(Erase() + "\e[?25h");

    public void Draw(IReadOnlyList<StyledLine> lines) => Replace([], lines);

    /// <summary>Writes a line that stays above the region.</summary>
    public void WriteAbove(StyledLine line) => Replace([line], _drawn);

    private void Replace(IReadOnlyList<StyledLine> above, IReadOnlyList<StyledLine> region)
    {
        var text = new StringBuilder(Erase()); // one write, so that nobody sees it half done
        foreach (var line in above)
            text.Append(line.Render(screen.Colors)).Append('\n');
        text.AppendJoin('\n', region.Select(line => line.Render(screen.Colors)));
        screen.People.Write(text.ToString());
        _drawn = region;
    }

    private string Erase()
    {
        if (_drawn.Count == 0)
            return "";
        var rows = _drawn.Sum(line => Math.Max(1, (line.Length + screen.Width - 1) / screen.Width));
        _drawn = [];
        return (rows > 1 ? $"\r\e[{rows - 1}A" : "\r") + EraseBelow;
    }
}
