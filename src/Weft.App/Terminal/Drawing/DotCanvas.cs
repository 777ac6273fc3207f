namespace Weft.App;

/// <summary>A drawing in braille: each character of the terminal has two by four dots.</summary>
internal sealed class DotCanvas
{
    private const char Blank = '\u2800';
    private static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly int[,] _cells;
    private readonly Tone[,] _tones;

    /// <param name="columns">Characters across.</param>
    /// <param name="rows">Lines.</param>
    public DotCanvas(int columns, int rows) => (_cells, _tones) = (new int[rows, columns], new Tone[rows, columns]);

    /// <summary>The width in dots, two for each column.</summary>
    public int Width => _cells.GetLength(1) * 2;

    /// <summary>The height in dots, four for each line.</summary>
    public int Height => _cells.GetLength(0) * 4;

    /// <summary>Sets a dot; outside of the canvas nothing happens. A character has the tone of its last dot.</summary>
    public void Set(int x, int y, Tone tone)
    {
        if (x < 0 || y < 0 || x >= Width || y >= Height)
            return;
        _cells[y / 4, x / 2] |= Bits[y % 4, x % 2];
        _tones[y / 4, x / 2] = tone;
    }

    /// <summary>A line from dot to dot.</summary>
    /// <param name="dotted">Leaves out every other dot across, so that it can be told from a whole one without colours.</param>
    public void Line((double X, double Y) from, (double X, double Y) to, Tone tone, bool dotted)
    {
        var steps = (int)Math.Ceiling(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)));
        for (var i = 0; i <= steps; i++)
        {
            var share = steps == 0 ? 0 : (double)i / steps;
            var x = (int)Math.Round(from.X + (to.X - from.X) * share);
            if (!dotted || x % 2 == 0)
                Set(x, (int)Math.Round(from.Y + (to.Y - from.Y) * share), tone);
        }
    }

    /// <summary>A row of characters, those of one tone together.</summary>
    public IEnumerable<(string Text, Tone Tone)> Row(int row)
    {
        for (var from = 0; from < _cells.GetLength(1);)
        {
            var to = from;
            while (to < _cells.GetLength(1) && _tones[row, to] == _tones[row, from])
                to++;
            yield return (string.Concat(Enumerable.Range(from, to - from).Select(i => (char)(Blank + _cells[row, i]))), _tones[row, from]);
            from = to;
        }
    }
}
