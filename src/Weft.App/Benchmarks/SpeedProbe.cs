namespace Weft.App;

/// <summary>How fast the machine is at what training is made of: 3×3 convolutions.</summary>
internal static class SpeedProbe
{
    private const int Batch = 32;
    private const int Channels = 64;
    private static readonly FeatureShape Input = new(28, 28, Channels);

    /// <summary>Counted as in a direct convolution, two operations for each multiply-add, whatever shortcut the kernels take.</summary>
    public static double GigaflopsPerSecond(int threads, TimeSpan duration)
    {
        using var device = Device.Cpu(threads);
        var network = new NetworkDescription("probe", Input, new Sequential(new Conv2d(Channels, 3) { Padding = 1 }, new GlobalAveragePool(), new Linear(2)));
        using var benchmark = new StepBenchmark(network, device, new CompileOptions { BatchSize = Batch }, optimizer: null);
        var operations = 2.0 * Batch * Input.Pixels * Channels * Channels * 9;
        return operations / benchmark.Measure(duration, singlePass: false, CancellationToken.None).MedianMilliseconds / 1e6;
    }
}
