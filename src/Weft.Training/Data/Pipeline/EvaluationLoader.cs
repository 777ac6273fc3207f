namespace Weft.Training;

/// <summary>Batches of a split part in its own order, normalized and otherwise as they are. One caller at a time.</summary>
public sealed class EvaluationLoader
{
    private readonly ImageSamples _samples;
    private readonly IReadOnlyList<int> _indices;
    private readonly int _batchSize;
    private readonly SampleRenderer _renderer;
    private readonly Batch _batch;

    /// <exception cref="ArgumentException">No samples or an impossible batch size.</exception>
    public EvaluationLoader(ImageSamples samples, IReadOnlyList<int> indices, DatasetStatistics statistics, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfZero(indices.Count, "indices.Count");
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _samples = samples;
        _indices = indices;
        _batchSize = Math.Min(batchSize, indices.Count);
        _renderer = new SampleRenderer(samples, indices, statistics, AugmentationOptions.None, seed: 0);
        _batch = new Batch(_batchSize, samples.Shape.Length);
    }

    public int BatchCount => (_indices.Count + _batchSize - 1) / _batchSize;

    public int SampleCount => _indices.Count;

    /// <summary>The fingerprint of the samples that the split was taken from.</summary>
    public string DataFingerprint => _samples.Fingerprint;

    /// <summary>The shape of each image.</summary>
    public FeatureShape Shape => _samples.Shape;

    /// <summary>Samples of batch number <paramref name="index"/>; 0 after the last.</summary>
    internal int CountOf(int index) => Math.Clamp(_indices.Count - index * _batchSize, 0, _batchSize);

    /// <summary>The labels of batch number <paramref name="index"/>, without looking at its images.</summary>
    internal int[] Labels(int index) => [.. Enumerable.Range(index * _batchSize, CountOf(index)).Select(i => _samples.Label(_indices[i]))];

    /// <summary>Batch number <paramref name="index"/>; void after the next call.</summary>
    public Batch Load(int index) => Load(index, AffineMap.Identity);

    /// <summary>As <see cref="Load(int)"/>, each image seen through a map, for test-time augmentation.</summary>
    public Batch Load(int index, AffineMap view)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BatchCount);
        var start = index * _batchSize;
        _batch.Begin(epoch: 0, index, Math.Min(_batchSize, _indices.Count - start), isMixed: false);
        for (var i = 0; i < _batch.Count; i++)
        {
            var sample = _indices[start + i];
            _batch.SetSample(i, sample, _samples.Label(sample));
            _renderer.RenderThrough(view, sample, _batch.Image(i));
        }

        return _batch;
    }
}
