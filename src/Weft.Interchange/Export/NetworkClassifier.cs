using Weft.Training;

namespace Weft.Interchange;

/// <summary>A model computed by the engine with direct sums only, one image after the other as it is.</summary>
internal sealed class NetworkClassifier : IClassifierRuntime
{
    private const int LargestBatch = 64;

    private readonly TrainedModel _model;
    private readonly Device _device;
    private readonly Network _network;
    private readonly float[] _table;
    private readonly float[] _input;

    /// <exception cref="WeftException">The network does not fit into memory, or its weights do not fit it.</exception>
    public NetworkClassifier(TrainedModel model, int threads, string name = "strict sums")
    {
        (_model, Name) = (model, name);
        _device = Device.Cpu(threads);
        var options = new CompileOptions { BatchSize = Evaluator.BatchSizeFor(model.Shape, LargestBatch), Training = false, Strict = true };
        model.RequireMemory(_device, options);
        _network = model.Compile(_device, options);
        _table = model.Statistics.CreateTable();
        _input = new float[options.BatchSize * model.Shape.Length];
    }

    public string Name { get; }

    /// <summary>So many images may come at once.</summary>
    public int BatchSize => _network.Options.BatchSize;

    public void Run(ReadOnlySpan<byte> images, int count, Span<float> logits, Span<float> probabilities)
    {
        for (var i = 0; i < images.Length; i++)
            _input[i] = _table[i % _model.Shape.Channels * 256 + images[i]];
        _network.Forward(_input.AsSpan(0, images.Length), count);
        _network.Logits.CopyTo(logits);
        SoftmaxCrossEntropy.Probabilities(logits, _model.Classes.Count, probabilities);
    }

    public void Dispose()
    {
        _network.Dispose();
        _device.Dispose();
    }
}
