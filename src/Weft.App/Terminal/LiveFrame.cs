using Spectre.Console;

namespace Weft.App;

/// <summary>The part of a live view that is drawn again and again: a bar and the figures of the moment, in lines of at most the given width.</summary>
internal static class LiveFrame
{
    private const int LongestBar = 50;

    /// <summary>Lines of Spectre markup.</summary>
    public static IEnumerable<string> Lines(TrainingState state, int width)
    {
        yield return Bar(state, width);
        foreach (var line in Flow(Fields(state), width))
            yield return line;
        if (state.Notice is { } notice)
            yield return $"[yellow]{Markup.Escape(Cut(Printable.Escape(notice), width))}[/]";
    }

    private static string Bar(TrainingState state, int width)
    {
        var left = $"epoch {state.Epoch}/{state.Epochs} ";
        var right = $" {state.EpochFraction * 100,3:F0} %";
        var room = Math.Clamp(width - left.Length - right.Length - 1, 4, LongestBar);
        var done = (int)Math.Round(state.EpochFraction * room);
        return $"{left}[green]{new string('━', done)}[/][grey]{new string('─', room - done)}[/]{right}";
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
    private static IEnumerable<string> Flow(IEnumerable<(string Name, string Value)> fields, int width)
    {
        var (line, length) = ("", 0);
        foreach (var (name, value) in fields)
        {
            var size = name.Length + 1 + value.Length;
            if (length > 0 && length + 3 + size > width - 1)
            {
                yield return line;
                (line, length) = ("", 0);
            }
            (line, length) = (line + (length > 0 ? "   " : "") + $"[grey]{name}[/] {Markup.Escape(value)}", length + (length > 0 ? 3 : 0) + size);
        }
        if (length > 0)
            yield return line;
    }

    private static string Cut(string text, int width) => text.Length < width ? text : text[..(width - 2)] + "…";
}
