using System.Diagnostics;
using System.Globalization;

namespace Weft.App;

/// <summary>How far a long work is, in one line that is drawn again and again on a terminal; elsewhere there is none.</summary>
/// <param name="total">How many there are to do; 0 where that is not known.</param>
internal sealed class CountProgress(Screen screen, string things, long total) : IDisposable
{
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(200);

    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _drawn = Stopwatch.GetTimestamp();
    private bool _lineIsOpen;

    /// <value>What is done sooner needs no line. Default: a second.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    public void Show(long done)
    {
        var elapsed = Stopwatch.GetElapsedTime(_begun);
        if (!screen.PeopleHaveTerminal || elapsed < Patience || (_lineIsOpen && Stopwatch.GetElapsedTime(_drawn) < BetweenDrawings))
            return;
        _drawn = Stopwatch.GetTimestamp();
        _lineIsOpen = true;
        var text = Text(done, elapsed);
        screen.People.Write("\r\e[K" + (text.Length < screen.Width ? text : text[..(screen.Width - 1)]));
    }

    /// <summary>Takes the line away, so that another may be printed.</summary>
    public void Erase()
    {
        if (_lineIsOpen)
            screen.People.Write("\r\e[K");
        _lineIsOpen = false;
    }

    public void Dispose() => Erase();

    internal string Text(long done, TimeSpan elapsed)
    {
        var rate = done / elapsed.TotalSeconds;
        var text = string.Create(CultureInfo.InvariantCulture, $"{Figures.Count(done)}{(total > done ? $" of {Figures.Count(total)}" : "")} {things}, "
            + $"{(rate < 10 ? Figures.Fixed(rate, 1) : Figures.Count(rate))} a second");
        return total > done && done > 0 ? $"{text}, {Figures.Duration(TimeSpan.FromSeconds((total - done) / rate))} left" : text;
    }
}
