namespace Weft.Training;

/// <summary>Where time and files come from.</summary>
internal sealed record Surroundings
{
    /// <value>Default: the system's.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <value>Where checkpoints go. Default: the disk.</value>
    public IFiles Files { get; init; } = DiskFiles.Instance;

    /// <value>How much memory may be used. Default: what the system says.</value>
    public MemoryLimit Memory { get; init; } = MemoryLimit.Current();

    /// <value>Makes the device of a number of threads. Default: the processor.</value>
    public Func<int, Device> Device { get; init; } = Processor;

    /// <summary>The processor as a device of some threads.</summary>
    public static Func<int, Device> Processor { get; } = threads => Weft.Device.Cpu(threads);
}
