namespace Weft.Training;

/// <summary>Why a <see cref="PredictionPool"/> did not compute a request.</summary>
public enum PredictionRefusal
{
    /// <summary>As many pictures wait as may; it can be asked again in a moment.</summary>
    QueueFull,

    /// <summary>The request waited longer than its deadline.</summary>
    TooLate,

    /// <summary>The pool takes no more requests.</summary>
    Stopping,
}

/// <summary>A request that was not computed, although nothing is wrong with it.</summary>
public sealed class PredictionRefusedException : Exception
{
    internal PredictionRefusedException(PredictionRefusal reason) : base(reason switch
    {
        PredictionRefusal.QueueFull => "As many pictures are waiting as may: ask again in a moment.",
        PredictionRefusal.TooLate => "The request waited longer than its deadline.",
        _ => "The pool is stopping and takes no more requests.",
    }) => Reason = reason;

    /// <summary>What kept the request from being computed.</summary>
    public PredictionRefusal Reason { get; }
}
