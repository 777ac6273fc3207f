namespace Weft.Training;

/// <summary>
/// Samples on their way into a network. The memory belongs to the loader and is used again: valid until the loader is asked for the next batch.
/// </summary>
public sealed class Batch
{
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly int[] _secondLabels;
    private readonly float[] _weights;
    private readonly int[] _sampleIndices;
    private readonly int _imageLength;

    internal Batch(int capacity, int imageLength)
    {
        _imageLength = imageLength;
        _images = new float[capacity * imageLength];
        _labels = new int[capacity];
        _secondLabels = new int[capacity];
        _weights = new float[capacity];
        _sampleIndices = new int[capacity];
    }

    /// <summary>1 is the first; 0 in evaluation.</summary>
    public int Epoch { get; private set; }

    /// <summary>Number within the epoch, from 0.</summary>
    public int Index { get; private set; }

    /// <summary>Samples; the last batch of an epoch may have fewer than the others.</summary>
    public int Count { get; private set; }

    public bool IsMixed { get; private set; }

    /// <summary>[count, H, W, C], normalized.</summary>
    public ReadOnlySpan<float> Images => _images.AsSpan(0, Count * _imageLength);

    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>Labels, and with mixing the second labels and the first ones' weights.</summary>
    public Targets Targets => IsMixed ? new Targets(Labels, _secondLabels.AsSpan(0, Count), _weights.AsSpan(0, Count)) : new Targets(Labels);

    /// <summary>Which samples of the data set these are.</summary>
    public ReadOnlySpan<int> SampleIndices => _sampleIndices.AsSpan(0, Count);

    /// <summary>Some consecutive images of the batch.</summary>
    internal ReadOnlySpan<float> ImagesOf(int start, int count) => Images.Slice(start * _imageLength, count * _imageLength);

    /// <summary>The targets of some consecutive samples.</summary>
    internal Targets TargetsOf(int start, int count)
    {
        var all = Targets;
        var labels = Labels.Slice(start, count);
        return IsMixed ? new Targets(labels, all.SecondLabels.Slice(start, count), all.Weights.Slice(start, count)) : new Targets(labels);
    }

    internal void Begin(int epoch, int index, int count, bool isMixed) => (Epoch, Index, Count, IsMixed) = (epoch, index, count, isMixed);

    internal Span<float> Image(int i) => _images.AsSpan(i * _imageLength, _imageLength);

    internal void SetSample(int i, int sample, int label) => (_sampleIndices[i], _labels[i]) = (sample, label);

    internal void SetMix(int i, (int SecondLabel, float Weight) mix) => (_secondLabels[i], _weights[i]) = mix;
}
