namespace Weft.App;

/// <summary>The part of a live view that is drawn again and again: a bar and the figures of the moment, in lines shorter than the given width.</summary>
internal static class LiveFrame
{
    private const int LongestBar = 50;
    private const string Gap = "   ";

    public static IReadOnlyList<StyledLine> Lines(TrainingState state, int width) =>
    [
        Bar(state, width),
        .. Flow(Fields(state), width - 1),
        .. state.Notice is { } notice ? new[] { new StyledLine(Cut(Printable.Escape(notice), width - 1), Tone.Warning) } : [],
    ];

    private static StyledLine Bar(TrainingState state, int width)
    {
        var left = $"epoch {state.Epoch}/{state.Epochs} ";
        var right = $" {state.EpochFraction * 100,3:F0} %";
        var room = Math.Clamp(width - left.Length - right.Length - 1, 4, LongestBar);
        var done = (int)Math.Round(state.EpochFraction * room);
        return new StyledLine((left, Tone.Plain), (new string('━', done), Tone.Good), (new string('─', room - done), Tone.Quiet), (right, Tone.Plain));
    }

    private static IEnumerable<(string Name, string Value)> Fields(TrainingState state)
    {
        if (state.Current is { } now)
        {
            yield return ("loss", Figures.Loss(now.Loss));
            yield return ("accuracy", Figures.Percent(now.Accuracy));
            yield return ("images/s", Figures.Count(now.ImagesPerSecond));
        }
        if (state.Left is { } left)
            yield return ("left", Figures.Duration(left));
        if (state.Best is { } best)
            yield return ("best", $"{Figures.Percent(best.ValidationAccuracy)} @{best.Epoch}");
        if (state.PatienceLeft is { } patience)
            yield return ("patience", $"{patience}/{state.Patience}");
        if (state.Current is { } rate)
            yield return ("rate", Figures.Rate(rate.LearningRate));
    }

    // Fields side by side, as many a line as fit.
    private static IEnumerable<StyledLine> Flow(IEnumerable<(string Name, string Value)> fields, int width)
    {
        var line = new List<(string Text, Tone Tone)>();
        foreach (var (name, value) in fields)
        {
            var length = line.Sum(piece => piece.Text.Length);
            if (length > 0 && length + Gap.Length + name.Length + 1 + value.Length > width)
            {
                yield return new StyledLine([.. line]);
                line.Clear();
            }
            line.Add(((line.Count > 0 ? Gap : "") + name + " ", Tone.Quiet));
            line.Add((value, Tone.Plain));
        }
        if (line.Count > 0)
            yield return new StyledLine([.. line]);
    }

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
