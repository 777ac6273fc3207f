namespace Weft.Training;

/// <summary>Gives predictions and features of samples in one pass. Predictions have the bits of the whole network. One caller at a time.</summary>
public sealed class FeatureExtractor : IDisposable
{
    private const int LargestBatch = 256;

    private readonly TrainedModel _model;
    private readonly int _batchSize;
    private readonly Network _front;
    private readonly Network? _back;

    /// <param name="device">Must outlive this.</param>
    /// <exception cref="WeftException"><see cref="ErrorKind.CheckpointMismatch"/>: the weights do not fit the description.</exception>
    public FeatureExtractor(TrainedModel model, Device device)
    {
        _model = model;
        _batchSize = Evaluator.BatchSizeFor(model.Shape, LargestBatch);
        var options = new CompileOptions { BatchSize = _batchSize, Training = false };
        model.RequireMemory(device, options);
        var cut = NetworkCut.BeforeLogits(model.Description);
        _front = model.CompilePart(cut?.Front ?? model.Description, device, options);
        _back = cut is null ? null : model.CompilePart(cut.Back, device, options);
    }

    /// <summary>Features of a sample; the logits where the network does not end in a fully connected layer.</summary>
    public int Dimension => _front.ClassCount;

    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public (PredictionTable Predictions, FeatureTable Features) Extract(
        ImageSamples samples, IReadOnlyList<int> indices, CancellationToken cancellationToken = default) =>
        Extract(samples, indices, AffineMap.Identity, cancellationToken);

    /// <summary>As the other, each image seen through a map.</summary>
    internal (PredictionTable Predictions, FeatureTable Features) Extract(
        ImageSamples samples, IReadOnlyList<int> indices, AffineMap view, CancellationToken cancellationToken)
    {
        var loader = _model.LoaderOf(samples, indices, _batchSize);
        var classes = (_back ?? _front).ClassCount;
        var count = loader.SampleCount;
        var (numbers, labels, losses) = (new int[count], new int[count], new float[count]);
        var features = new float[(long)count * Dimension];
        var probabilities = new float[count * classes];
        var done = 0;
        for (var i = 0; i < loader.BatchCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = loader.Load(i, view);
            batch.SampleIndices.CopyTo(numbers.AsSpan(done));
            batch.Labels.CopyTo(labels.AsSpan(done));
            _front.Forward(batch.Images, batch.Count);
            _front.Logits.CopyTo(features.AsSpan(done * Dimension));
            _back?.Forward(_front.Logits, batch.Count);
            var logits = (_back ?? _front).Logits;
            SoftmaxCrossEntropy.PerSample(logits, classes, batch.Labels, losses.AsSpan(done, batch.Count));
            SoftmaxCrossEntropy.Probabilities(logits, classes, probabilities.AsSpan(done * classes, batch.Count * classes));
            done += batch.Count;
        }

        return (new PredictionTable(numbers, labels, probabilities, losses, classes), new FeatureTable(numbers, labels, features, Dimension));
    }

    public void Dispose()
    {
        _front.Dispose();
        _back?.Dispose();
    }
}
