using Weft.Training;

namespace Weft.App;

/// <summary>The curves of a run that is watched in a terminal, and as many of them as the window has room for.</summary>
internal sealed class RunCurves
{
    private const int Rows = 7;
    private const int Around = 3; // title, axis, its numbers
    private const int OtherLines = 8; // bar, figures, a notice, some rows of epochs
    private const int Narrowest = 34;
    private const int SideBySide = 100;

    private readonly List<EpochDone> _epochs = [];
    private readonly List<StepDone> _steps = [];
    private int _stepsPerEpoch;

    public void Apply(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                _stepsPerEpoch = started.StepsPerEpoch;
                break;
            case RunResumed resumed:
                _stepsPerEpoch = resumed.StepsPerEpoch;
                break;
            case EpochDone epoch when _epochs.Count == 0 || epoch.Epoch > _epochs[^1].Epoch:
                _epochs.Add(epoch);
                break;
            case StepDone step when _steps.Count == 0 || step.Step > _steps[^1].Step:
                _steps.Add(step);
                break;
        }
    }

    /// <summary>Loss and accuracy beside or above each other; nothing where the window is too small or nothing has happened yet.</summary>
    public IReadOnlyList<StyledLine> Lines(int width, int height)
    {
        if (width < Narrowest || height < Rows + Around + OtherLines || (_steps.Count == 0 && _epochs.Count == 0))
            return [];
        var loss = Of("loss", ValueFormat.Number, epoch => epoch.TrainLoss, epoch => epoch.ValidationLoss, step => step.Loss);
        var accuracy = Of("accuracy", ValueFormat.Percent, epoch => epoch.TrainAccuracy, epoch => epoch.ValidationAccuracy, step => step.Accuracy);
        if (width >= SideBySide)
        {
            var half = (width - 4) / 2;
            return TerminalChart.Beside(TerminalChart.Lines(loss, half, Rows), TerminalChart.Lines(accuracy, half, Rows), half + 2);
        }

        var single = TerminalChart.Lines(accuracy, width - 1, Rows);
        return height >= 2 * (Rows + Around) + OtherLines ? [.. TerminalChart.Lines(loss, width - 1, Rows), .. single] : single;
    }

    // Training is shown by its steps: the mean over the epoch so far, which is the epoch's own value at its end.
    private Chart Of(string title, ValueFormat format, Func<EpochDone, double> train, Func<EpochDone, double> validation, Func<StepDone, double> soFar) =>
        new(title,
    [
        new ChartSeries("train", 0, [.. _stepsPerEpoch > 0 && _epochs.Count < 2
            ? _steps.Select(step => new ChartPoint((double)step.Step / _stepsPerEpoch, soFar(step)))
            : _epochs.Select(epoch => new ChartPoint(epoch.Epoch, train(epoch)))]) { IsDashed = true },
        new ChartSeries("validation", 1, [.. _epochs.Select(epoch => new ChartPoint(epoch.Epoch, validation(epoch)))]),
    ])
        { XName = "epoch", XMinimum = 0, XMaximum = Math.Ceiling((double)(_steps.LastOrDefault()?.Step ?? 0) / Math.Max(1, _stepsPerEpoch)), YFormat = format };
}
