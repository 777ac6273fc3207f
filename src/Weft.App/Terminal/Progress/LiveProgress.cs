using System.Diagnostics;
using Weft.Training;

namespace Weft.App;

/// <summary>A row an epoch that stays, and below it a bar and the figures of the moment, drawn again a few times a second.</summary>
/// <param name="curves">Drawn above the bar, where the window has room.</param>
internal sealed class LiveProgress(Screen screen, TrainingState state, RunCurves? curves = null) : ProgressView
{
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly LiveRegion _region = new(screen);
    private bool _isOpen;
    private long _drawn;

    public override void While(Action work)
    {
        lock (_gate)
        {
            _isOpen = true;
            _region.Open();
            _region.WriteAbove(new StyledLine(EpochTable.Header(screen.Width), Tone.Quiet));
            Draw(always: true);
        }
        try
        {
            work();
        }
        finally
        {
            lock (_gate)
            {
                _region.Close();
                _isOpen = false;
            }
        }
    }

    /// <summary>Takes note of something that is long over, without a row of its own.</summary>
    public void Know(RunEvent happened)
    {
        lock (_gate)
        {
            state.Apply(happened);
            curves?.Apply(happened);
        }
    }

    public override void Show(RunEvent happened)
    {
        lock (_gate)
        {
            state.Apply(happened);
            curves?.Apply(happened);
            if (!_isOpen)
                return;
            if (happened is EpochDone epoch)
                _region.WriteAbove(new StyledLine(EpochTable.Row(epoch, screen.Width), epoch.IsBest ? Tone.Good : Tone.Plain));
            else if (happened is Warned warning)
                _region.WriteAbove(new StyledLine(Sentence(warning), Tone.Warning));
            Draw(always: happened is not StepDone);
        }
    }

    public override void Say(string notice)
    {
        lock (_gate)
        {
            state.Notice = notice;
            Draw(always: true);
        }
    }

    private void Draw(bool always)
    {
        if (!_isOpen || !always && Stopwatch.GetElapsedTime(_drawn) < BetweenFrames)
            return;
        _drawn = Stopwatch.GetTimestamp();
        _region.Draw([.. curves?.Lines(screen.Width, screen.Height) ?? [], .. LiveFrame.Lines(state, screen.Width)]);
    }
}
