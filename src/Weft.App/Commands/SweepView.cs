using Weft.Training;

namespace Weft.App;

/// <summary>A sweep for people: a line for each trial that ended, and below it, on a terminal, what is under way.</summary>
internal sealed class SweepView(Screen screen, Sweep sweep)
{
    private const int NarrowTerminal = 100;

    private readonly HashSet<int> _shown = [];
    private readonly LiveRegion? _region = screen.PeopleHaveTerminal ? new LiveRegion(screen) : null;
    private readonly Lock _gate = new();
    private bool _isOpen;

    /// <summary>Shows what the rows say that was not shown yet.</summary>
    public void Show(SweepRows rows)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                _isOpen = true;
                _region?.Open();
                foreach (var before in rows.Trials.Where(trial => trial.IsOver))
                    _shown.Add(before.Number);
                if (_shown.Count > 0)
                    Say($"{_shown.Count} trials are over already");
            }

            foreach (var trial in rows.Trials.Where(trial => trial.IsOver && _shown.Add(trial.Number)))
                Say(LineOf(trial));
            _region?.Draw([new StyledLine(Cut(UnderWay(rows)), Tone.Quiet)]);
        }
    }

    /// <summary>A line that stays.</summary>
    public void Say(string line)
    {
        if (_region is not null && _isOpen)
            _region.WriteAbove(new StyledLine(Cut(line)));
        else
            screen.People.WriteLine(line);
    }

    /// <summary>Takes away what is not to stay.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_isOpen)
                _region?.Close();
            _isOpen = false;
        }
    }

    /// <summary>One trial as one line.</summary>
    public string LineOf(TrialRow trial)
    {
        var what = trial.State switch
        {
            TrialState.Pruned => $"pruned after {trial.Epochs}",
            TrialState.Finished => $"finished, {trial.Epochs} epochs",
            TrialState.Failed => $"failed: {Printable.Escape(trial.Reason ?? "")}",
            TrialState.Running => $"running, epoch {trial.Epochs + 1}",
            _ => "waiting",
        };
        var value = trial.Best is { } best ? $"{Figures.Metric(sweep.Definition.Metric.Name)} {Figures.Metric(sweep.Definition.Metric.Name, best.Value)}" : "";
        return $"trial {trial.Number,3}  {what,-20}  {value}  {Origin(trial)}{Settings(trial)}".TrimEnd();
    }

    private string Origin(TrialRow trial) => trial.Number == 0 ? "the default: "
        : sweep.Definition.GoesOnWithAnother(trial.Number) ? $"trial {sweep.OriginOf(trial, sweep.Store.Read().Trials)} in full: " : "";

    /// <summary>Settings in one line, keys without their sections where that is clear.</summary>
    public string Settings(TrialRow trial) => string.Join("  ", sweep.Definition.Space.Parameters.Zip(trial.Settings,
        (parameter, text) => $"{parameter.Key[(parameter.Key.IndexOf('.') + 1)..]} {Printable.Escape(text)}"));

    private string UnderWay(SweepRows rows)
    {
        var over = rows.Trials.Count(trial => trial.IsOver);
        var cap = sweep.Rule.CapOf(rows);
        var running = rows.Trials.Where(trial => trial.State == TrialState.Running)
            .Select(trial => $"{trial.Number} (epoch {trial.Epochs + 1} of {sweep.Information.Epochs})");
        var best = new SweepTable(sweep.Definition, rows).Best;
        return $"{over}{(cap is null ? "" : $" of {cap}")} over; running: {string.Join(", ", running)}"
            + (best is null ? "" : $"; best: trial {best.Number}, {Figures.Metric(sweep.Definition.Metric.Name, best.Best!.Value.Value)}");
    }

    private string Cut(string line) => line.Length < screen.Width ? line : line[..Math.Max(1, Math.Min(screen.Width, NarrowTerminal * 2) - 1)];
}
