namespace Weft.Training;

/// <summary>Time of the epoch and of the whole run, earlier processes included. Nothing of it reaches a checkpoint.</summary>
internal sealed class TrainingTimer
{
    private readonly TimeProvider _clock;
    private double _earlierSeconds;
    private double _earlierEpochSeconds;
    private long _epochBegun;
    private double _stepSeconds;
    private long _images;
    private double _runStepSeconds;
    private double _runImages;

    public TrainingTimer(TimeProvider clock, RunRecorder recorder, TrainingPosition start)
    {
        _clock = clock;
        _epochBegun = clock.GetTimestamp();
        foreach (var row in recorder.Earlier.Where(row => row.Epoch <= start.CompletedEpochs))
            _earlierSeconds += row.Seconds;
        // Where a save of another step was the last one written, the time up to this position is not known and counts as 0.
        if (recorder.LastSave is { } save && save.Step == start.Step && start.StepInEpoch > 0)
            _earlierEpochSeconds = save.EpochSeconds;
    }

    /// <summary>Since the epoch began, validation included.</summary>
    public double EpochSeconds => _earlierEpochSeconds + _clock.GetElapsedTime(_epochBegun).TotalSeconds;

    /// <summary>Trained images over the time in steps, this epoch, this process.</summary>
    public double ImagesPerSecond => _stepSeconds > 0 ? _images / _stepSeconds : 0;

    public TimeSpan RunTime => TimeSpan.FromSeconds(_earlierSeconds + EpochSeconds);

    /// <summary>As <see cref="ImagesPerSecond"/>, over everything this process trained.</summary>
    public double RunImagesPerSecond => _runStepSeconds > 0 ? _runImages / _runStepSeconds : 0;

    public long Now() => _clock.GetTimestamp();

    public void AddStep(long begun, int images)
    {
        var seconds = _clock.GetElapsedTime(begun).TotalSeconds;
        _stepSeconds += seconds;
        _images += images;
        _runStepSeconds += seconds;
        _runImages += images;
    }

    public void BeginEpoch()
    {
        _earlierSeconds += EpochSeconds;
        _earlierEpochSeconds = 0;
        _epochBegun = _clock.GetTimestamp();
        _stepSeconds = 0;
        _images = 0;
    }
}
