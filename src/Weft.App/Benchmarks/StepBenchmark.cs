using System.Diagnostics;

namespace Weft.App;

/// <summary>Throughput of one network on one batch of random images that stays in memory: the engine alone, no data loading.</summary>
internal sealed class StepBenchmark : IDisposable
{
    private const int FewestSteps = 5;

    private readonly Network _network;
    private readonly Optimizer? _optimizer;
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly int _batch;
    private long _step;
    private LayerRecorder? _recorder;

    public StepBenchmark(NetworkDescription description, Device device, int batch, bool training)
    {
        _batch = batch;
        _network = Network.Compile(description, device, new CompileOptions { BatchSize = batch, Training = training });
        _optimizer = training ? Optimizer.Create(new SgdOptions { Momentum = 0.9, Nesterov = true, WeightDecay = 5e-4 }, _network) : null;
        var random = Rng.For(0, RngPurpose.Analysis);
        _images = new float[batch * description.Input.Length];
        for (var i = 0; i < _images.Length; i++)
            _images[i] = (float)random.Normal(i);
        _labels = new int[batch];
        for (var i = 0; i < batch; i++)
            _labels[i] = random.Derive(1).Int(i, _network.ClassCount);
    }

    public Network Network => _network;

    /// <summary>Warms up for a third of <paramref name="duration"/>, then times steps one by one for all of it.</summary>
    public StepTimes Measure(TimeSpan duration, CancellationToken cancellation)
    {
        Repeat(duration / 3, cancellation);
        return new StepTimes(_batch, Repeat(duration, cancellation));
    }

    /// <summary>The medians of each layer's forward and backward passes, and of what comes between, in the order of a step.</summary>
    public IReadOnlyList<LayerTimes> MeasureLayers(TimeSpan duration, CancellationToken cancellation)
    {
        var recorder = new LayerRecorder();
        _recorder = recorder;
        _network.ObserveOperations(recorder.Operation);
        try
        {
            Repeat(duration, cancellation);
        }
        finally
        {
            _network.ObserveOperations(null);
            _recorder = null;
        }
        return recorder.Medians();
    }

    private List<double> Repeat(TimeSpan duration, CancellationToken cancellation)
    {
        var milliseconds = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); milliseconds.Count < FewestSteps || Stopwatch.GetElapsedTime(began) < duration;)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            Step();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return milliseconds;
    }

    private void Step()
    {
        _recorder?.Begin();
        if (_optimizer is null)
        {
            _network.Forward(_images, _batch, Phase.Evaluation);
            return;
        }
        _network.Forward(_images, _batch, Phase.Training, _step++);
        SoftmaxCrossEntropy.Evaluate(_network.Logits, _network.ClassCount, new Targets(_labels), 0, _network.LogitsGradient);
        _recorder?.Between("loss");
        _network.Backward();
        _recorder?.Begin();
        _optimizer.Step(0.001);
        _recorder?.Between("optimizer");
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _network.Dispose();
    }
}
