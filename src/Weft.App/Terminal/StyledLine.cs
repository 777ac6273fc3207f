namespace Weft.App;

/// <summary>A colour of text that reads well on dark and on light ground.</summary>
internal enum Tone
{
    Plain = 0,
    Quiet = 90,
    Good = 32,
    Warning = 33,

    /// <summary>The colour of a chart's first curve.</summary>
    First = 36,

    /// <summary>The colour of a chart's second curve.</summary>
    Second = 35,
}

/// <summary>One line in pieces of one tone each.</summary>
internal sealed record StyledLine(params IReadOnlyList<(string Text, Tone Tone)> Pieces)
{
    public StyledLine(string text, Tone tone = Tone.Plain) : this((text, tone)) { }

    /// <summary>Columns, colours left out.</summary>
    public int Length => Pieces.Sum(piece => piece.Text.Length);

    public string Plain => string.Concat(Pieces.Select(piece => piece.Text));

    public string Render(bool colors) => colors
        ? string.Concat(Pieces.Select(piece => piece.Tone == Tone.Plain ? piece.Text : $"\e[{(int)piece.Tone}m{piece.Text}\e[39m"))
        : Plain;
}
