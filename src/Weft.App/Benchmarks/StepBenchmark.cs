using System.Diagnostics;
using Weft.Training;

namespace Weft.App;

/// <summary>Throughput of one network on one batch of random images that stays in memory: the engine alone, no data loading.</summary>
internal sealed class StepBenchmark : IDisposable
{
    private const int FewestSteps = 5;
    private const double LearningRate = 0.001; // small: random labels are learned slowly and nothing overflows

    private readonly Network _network;
    private readonly Optimizer? _optimizer;
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly int _batch;
    private long _step;
    private LayerRecorder? _recorder;

    /// <param name="optimizer">None: forward passes in evaluation only.</param>
    public StepBenchmark(NetworkDescription description, Device device, CompileOptions options, OptimizerOptions? optimizer)
    {
        var batch = _batch = options.BatchSize;
        options = options with { Training = optimizer is not null };
        var memory = Network.MeasureMemory(description, device, options);
        MemoryNeed.OfProgram.With("the network", memory.Bytes).With("the optimizer", optimizer is null ? 0 : 2 * memory.ParameterBytes)
            .RequireWithin(MemoryLimit.Current());
        _network = Network.Compile(description, device, options);
        _optimizer = optimizer is null ? null : Optimizer.Create(optimizer, _network.Tensors);
        var random = Rng.For(0, RngPurpose.Analysis);
        _images = new float[batch * description.Input.Length];
        for (var i = 0; i < _images.Length; i++)
            _images[i] = (float)random.Normal(i);
        _labels = new int[batch];
        for (var i = 0; i < batch; i++)
            _labels[i] = random.Derive(1).Int(i, _network.ClassCount);
    }

    /// <value>What a training step computes after the forward pass. Default: cross-entropy.</value>
    public Loss Loss { get; init; } = new CrossEntropyLoss();

    public Network Network => _network;

    /// <summary>Warms up for a third of <paramref name="duration"/>, then times steps one by one for all of it.</summary>
    /// <param name="singlePass">Whether SAM leaves its second pass out.</param>
    public StepTimes Measure(TimeSpan duration, bool singlePass, CancellationToken cancellationToken)
    {
        Repeat(duration / 3, singlePass, cancellationToken);
        return new StepTimes(_batch, Repeat(duration, singlePass, cancellationToken));
    }

    /// <summary>The medians of each layer's forward and backward passes, and of what comes between, in the order of a step.</summary>
    public IReadOnlyList<LayerTimes> MeasureLayers(TimeSpan duration, CancellationToken cancellationToken)
    {
        var recorder = new LayerRecorder();
        _recorder = recorder;
        _network.ObserveOperations(recorder.Operation);
        try
        {
            Repeat(duration, singlePass: false, cancellationToken);
        }
        finally
        {
            _network.ObserveOperations(null);
            _recorder = null;
        }
        return recorder.Medians();
    }

    private List<double> Repeat(TimeSpan duration, bool singlePass, CancellationToken cancellationToken)
    {
        var optimizer = singlePass ? _optimizer?.SinglePass : _optimizer;
        var milliseconds = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); milliseconds.Count < FewestSteps || Stopwatch.GetElapsedTime(began) < duration;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            Step(optimizer);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return milliseconds;
    }

    private void Step(Optimizer? optimizer)
    {
        _recorder?.Begin();
        if (optimizer is null)
        {
            _network.Forward(_images, _batch);
            return;
        }
        Forward();
        if (optimizer.NeedsSecondPass)
        {
            _network.Backward();
            optimizer.Perturb();
            Forward();
        }

        optimizer.LearningRate = LearningRate;
        _network.Backward(optimizer);
        optimizer.Step();
        _recorder?.Between("optimizer");
        _step++;
    }

    private void Forward()
    {
        _network.ForwardTraining(_images, _batch, _step);
        Loss.Evaluate(_network.Logits, _network.ClassCount, new Targets(_labels), _network.LogitsGradient);
        _recorder?.Between("loss");
    }

    public void Dispose()
    {
        _optimizer?.Dispose();
        _network.Dispose();
    }
}
