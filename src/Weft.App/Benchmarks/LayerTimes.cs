using System.Diagnostics;

namespace Weft.App;

/// <summary>Median times of one layer within a step.</summary>
/// <param name="Layer">Its path in the network, or "loss" and "optimizer".</param>
/// <param name="Flops">The operations of a forward pass over one sample, counted directly; 0 where nothing is multiplied.</param>
internal sealed record LayerTimes(string Layer, string Summary, double ForwardMilliseconds, double BackwardMilliseconds, long Flops)
{
    /// <summary>Counted directly: a backward pass of a layer with weights does twice a forward pass's work.</summary>
    public double ForwardGigaflops(int batch) => ForwardMilliseconds > 0 ? Flops * (double)batch / ForwardMilliseconds / 1e6 : 0;

    /// <inheritdoc cref="ForwardGigaflops"/>
    public double BackwardGigaflops(int batch) => BackwardMilliseconds > 0 ? 2 * Flops * (double)batch / BackwardMilliseconds / 1e6 : 0;
}

/// <summary>Takes the time from one operation's end to the next one's.</summary>
internal sealed class LayerRecorder
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, (string Layer, string Summary, long Flops, List<double> Forward, List<double> Backward)> _times = [];
    private long _last;

    public void Begin() => _last = Stopwatch.GetTimestamp();

    public void Operation(OperationInfo operation, bool backward) => Add(operation.Path, operation.Summary, operation.Flops, backward);

    public void Between(string name) => Add(name, "", 0, backward: false);

    public IReadOnlyList<LayerTimes> Medians() =>
    [
        .. _order.Select(key => _times[key])
            .Select(times => new LayerTimes(times.Layer, times.Summary, Median(times.Forward), Median(times.Backward), times.Flops)),
    ];

    private void Add(string layer, string summary, long flops, bool backward)
    {
        var elapsed = Stopwatch.GetElapsedTime(_last).TotalMilliseconds;
        var key = $"{layer} {summary}";
        if (!_times.TryGetValue(key, out var times))
        {
            _order.Add(key);
            _times[key] = times = (layer, summary, flops, [], []);
        }
        (backward ? times.Backward : times.Forward).Add(elapsed);
        _last = Stopwatch.GetTimestamp();
    }

    private static double Median(List<double> milliseconds) => milliseconds.Count == 0 ? 0 : new StepTimes(1, milliseconds).MedianMilliseconds;
}
