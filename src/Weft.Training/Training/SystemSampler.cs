namespace Weft.Training;

/// <summary>Measures how the machine is used, at the end of a step once <see cref="Interval"/> has passed; it has no thread of its own.</summary>
internal sealed class SystemSampler(TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100); // over less, the shares say nothing

    private long _since = clock.GetTimestamp();
    private TimeSpan _processorTime = ProcessorTime();
    private TimeSpan _dataWait;
    private long _images;

    public void Count(int images) => _images += images;

    /// <summary>What was used since the last sample, or null while that is too short a time.</summary>
    /// <param name="dataWait">In all, so far.</param>
    /// <param name="atOnce">Ask for one although the interval has not passed.</param>
    public SystemSampled? Take(long step, TimeSpan dataWait, bool atOnce = false)
    {
        var elapsed = clock.GetElapsedTime(_since);
        if (elapsed < (atOnce ? Shortest : Interval))
            return null;
        var processorTime = ProcessorTime();
        var memory = Environment.WorkingSet;
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var sampled = new SystemSampled(
            step, Share(processorTime - _processorTime, elapsed * Environment.ProcessorCount), memory, available > 0 ? (double)memory / available : 0,
            _images / elapsed.TotalSeconds, Share(dataWait - _dataWait, elapsed));
        (_since, _processorTime, _dataWait, _images) = (clock.GetTimestamp(), processorTime, dataWait, 0);
        return sampled;
    }

    // Two clocks are compared, so a share may come out a hair above 1.
    private static double Share(TimeSpan part, TimeSpan whole) => Math.Clamp(part / whole, 0, 1);

    private static TimeSpan ProcessorTime() => Environment.CpuUsage.TotalTime;
}
