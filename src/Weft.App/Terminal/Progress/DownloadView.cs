using System.Diagnostics;
using Weft.Training;

namespace Weft.App;

/// <summary>Shows downloads: a line drawn again and again on a terminal, one line a file elsewhere.</summary>
internal sealed class DownloadView(Screen screen) : IDisposable
{
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(150);

    private readonly Lock _gate = new();
    private (string File, string Source) _current;
    private long _drawn;
    private bool _lineIsOpen;

    public void Show(DownloadProgress progress)
    {
        lock (_gate)
        {
            var isNew = (progress.File, progress.Source) != _current;
            _current = (progress.File, progress.Source);
            if (!screen.PeopleHaveTerminal)
            {
                if (isNew)
                    screen.People.WriteLine($"downloading {Printable.Escape(progress.File)} from {Printable.Escape(progress.Source)}");
                return;
            }
            if (!isNew && Stopwatch.GetElapsedTime(_drawn) < BetweenDrawings)
                return;
            _drawn = Stopwatch.GetTimestamp();
            _lineIsOpen = true;
            var text = $"downloading {Printable.Escape(progress.File)}  {Figures.Bytes(progress.BytesRead)}" + (
                progress.TotalBytes is { } total ? $" of {Figures.Bytes(total)}" : "");
            screen.People.Write("\r\e[K" + (text.Length < screen.Width ? text : text[..(screen.Width - 1)]));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_lineIsOpen)
                screen.People.Write("\r\e[K");
            _lineIsOpen = false;
        }
    }
}
