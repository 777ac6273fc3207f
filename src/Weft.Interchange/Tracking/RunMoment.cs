using Weft.Training;

namespace Weft.Interchange;

/// <summary>Something a tracker tells about a run, in the order of the run's events.</summary>
internal abstract record RunMoment
{
    public DateTimeOffset Time { get; init; }

    /// <summary>Seconds the run's processes had been at work.</summary>
    public double Runtime { get; init; }

    /// <summary>Unix time in seconds.</summary>
    public double UnixSeconds => (Time - DateTimeOffset.UnixEpoch).TotalSeconds;
}

/// <summary>A process took up the run.</summary>
/// <param name="Number">1 for the first process.</param>
/// <param name="StartRow">The first <see cref="RowMoment.Row"/> of this process.</param>
internal sealed record SessionBegan(int Number, bool IsResumed, int ProcessId, string Machine, int Threads, int Epochs, long StartRow) : RunMoment;

/// <summary>Something with values of its own.</summary>
internal abstract record RowMoment : RunMoment
{
    /// <summary>Rises from row to row; the run's step where that is possible.</summary>
    public long Row { get; init; }
}

internal sealed record StepTold(StepDone Step) : RowMoment;

/// <param name="Observed">Null in runs of versions that did not tell it.</param>
internal sealed record EpochTold(EpochDone Epoch, EpochObserved? Observed) : RowMoment;

internal sealed record SystemTold(SystemSampled Sampled) : RunMoment;

internal sealed record SamplesTold(SamplesChosen Samples) : RunMoment;

/// <summary>A line for people.</summary>
internal sealed record LineTold(string Text, bool IsWarning) : RunMoment;

/// <summary>The process has left the run.</summary>
/// <param name="Reason">See <see cref="StopReasons"/>; <see cref="LeftWithoutWord"/> after a kill.</param>
/// <param name="Best">The best epoch so far, if any.</param>
/// <param name="Observed">What was told of it.</param>
/// <param name="Rows">The rows that <c>metrics.csv</c> has so far.</param>
internal sealed record SessionEnded(
    int Number, string Reason, string Detail, int Epochs, long Step, EpochDone? Best, EpochObserved? Observed,
    SamplesChosen? Samples, IReadOnlyList<MetricsRow> Rows) : RowMoment
{
    public const string LeftWithoutWord = "unfinished";

    /// <summary>How W&amp;B learns of the end: 0 is a finished run, 130 an interrupted one, anything else a failed one.</summary>
    public int ExitStatus => Reason switch
    {
        StopReasons.Interrupted => 130,
        StopReasons.Diverged => 20,
        LeftWithoutWord => 1,
        _ => 0,
    };
}
