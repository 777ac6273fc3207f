namespace Weft.Postgres;

/// <summary>How long a store waits for what.</summary>
internal sealed record PostgresTiming
{
    /// <value>
    /// For so long after its last sign of life a worker has its trial. At least four beats, so that a slow network takes nobody's trial. Default: 90 s.
    /// </value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(90);

    /// <value>The time between two signs of life. Default: 20 s.</value>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(20);

    /// <value>For so long a server that does not answer is tried again. Default: 30 min.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(30);

    /// <value>The same for the first connection and for giving a trial back: the one may go to a wrong address, the other is due anyway. Default: 10 s.</value>
    public TimeSpan ShortPatience { get; init; } = TimeSpan.FromSeconds(10);
}
