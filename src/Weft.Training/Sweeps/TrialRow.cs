using System.Text.Json.Serialization;

namespace Weft.Training;

/// <summary>How far a trial is. The numbers are stored: append only.</summary>
internal enum TrialState
{
    /// <summary>Nobody works on it.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready = 1,
    [JsonStringEnumMemberName("running")]
    Running = 2,

    /// <summary>Ended by the pruner.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned = 3,
    [JsonStringEnumMemberName("finished")]
    Finished = 4,

    /// <summary>Given up, or its loss was not finite.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed = 5,
}

/// <summary>What was measured after an epoch of a trial.</summary>
/// <param name="Value">The sweep's metric, in its own direction.</param>
/// <param name="Loss">The validation loss.</param>
/// <param name="Accuracy">The validation accuracy.</param>
/// <param name="IsBest">Whether this is the best epoch so far, which the run's best checkpoint then holds.</param>
internal readonly record struct TrialReport(int Epoch, double Value, double Loss, double Accuracy, bool IsBest)
{
    /// <value>Who measured it, "machine:process"; stores fill it in. Default: null.</value>
    public string? Worker { get; init; }

    /// <summary>Whether all that was measured has the same bits.</summary>
    public bool HasSameBits(TrialReport other) => Epoch == other.Epoch && IsBest == other.IsBest && Same(Value, other.Value) && Same(Loss, other.Loss)
        && Same(Accuracy, other.Accuracy);

    private static bool Same(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b);
}

/// <summary>All that a sweep remembers of a trial.</summary>
/// <param name="Settings">As the sweep's <see cref="SearchSpace"/> orders them; trial 0 has those of the default.</param>
internal sealed record TrialRow(int Number, IReadOnlyList<string> Settings)
{
    public TrialState State { get; init; } = TrialState.Ready;

    /// <summary>How often it was claimed. A worker whose attempt is not the last one may not write any more.</summary>
    public int Attempt { get; init; }

    /// <summary>How often in a row it was claimed and no further epoch came of it.</summary>
    public int Tries { get; init; }

    /// <summary>Who claimed it last: "machine:process". Null before.</summary>
    public string? Worker { get; init; }

    /// <summary>Why it ended, or why the last attempt did, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>By epoch, each once.</summary>
    public IReadOnlyList<TrialReport> Reports { get; init; } = [];

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public bool IsOver => State is TrialState.Pruned or TrialState.Finished or TrialState.Failed;

    public int Epochs => Reports.Count == 0 ? 0 : Reports[^1].Epoch;

    /// <summary>Its best epoch so far, or null.</summary>
    public TrialReport? Best => Reports.Any(report => report.IsBest) ? Reports.Last(report => report.IsBest) : null;
}

/// <summary>All that a sweep remembers.</summary>
/// <param name="Trials">By number, from 0, without gaps.</param>
/// <param name="Cap">How many trials there shall be, where that was changed after the sweep had begun.</param>
/// <param name="IsStopped">Whether no further trial shall begin.</param>
internal sealed record SweepRows(IReadOnlyList<TrialRow> Trials, int? Cap, bool IsStopped);
