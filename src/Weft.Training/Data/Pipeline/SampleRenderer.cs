namespace Weft.Training;

/// <summary>
/// Turns samples into normalized, augmented images; the result depends on (seed, epoch, sample) and nothing else. Holds scratch: one caller at a time.
/// </summary>
internal sealed class SampleRenderer
{
    private readonly ImageSamples _samples;
    private readonly ImageSamples _magnified;
    private readonly IReadOnlyList<int> _indices;
    private readonly ImageWarp _warp;
    private readonly ImageWarp _mover;
    private readonly AffineMap _stretch;
    private readonly (ulong Stream, GeometricAugmentation Augmentation)[] _geometric;
    private readonly (ulong Stream, ByteAugmentation Augmentation)[] _byte;
    private readonly (ulong Stream, PixelAugmentation Augmentation)[] _pixel;
    private readonly (ulong Stream, MixingAugmentation Augmentation)[] _mixing;
    private readonly long _seed;
    private readonly float[] _other;
    private readonly byte[] _bytes;
    private readonly byte[] _fill;

    /// <param name="indices">The split part, from which partners for mixing come.</param>
    public SampleRenderer(ImageSamples samples, IReadOnlyList<int> indices, DatasetStatistics statistics, AugmentationOptions options, long seed)
    {
        _samples = samples;
        _indices = indices;
        _geometric = [.. options.OfKind<GeometricAugmentation>().Select(augmentation => (augmentation.Stream, augmentation))];
        _byte = [.. options.OfKind<ByteAugmentation>().Select(augmentation => (augmentation.Stream, augmentation))];
        _pixel = [.. options.OfKind<PixelAugmentation>().Select(augmentation => (augmentation.Stream, augmentation))];
        _mixing = [.. options.OfKind<MixingAugmentation>().Select(augmentation => (augmentation.Stream, augmentation))];
        _seed = seed;
        _other = new float[samples.Shape.Length];
        _bytes = new byte[_byte.Length > 0 ? samples.Shape.Length : 0];
        _magnified = _geometric.Any(one => one.Augmentation is RandomResizedCrop) ? samples.Larger?.Value ?? samples : samples;
        _stretch = RandomResizedCrop.Stretch(_magnified.Shape, samples.Shape);
        _fill = options.Fill switch
        {
            AugmentationFill.Mean => statistics.MeanBytes(),
            AugmentationFill.Edge => [],
            _ => new byte[samples.Shape.Channels],
        };
        _warp = new ImageWarp(samples.Shape, statistics);
        _mover = new ImageWarp(
            samples.Shape, _byte.Length > 0 ? DatasetStatistics.OfBytes(samples.Shape.Channels) : statistics, _magnified.Shape, _fill);
    }

    public bool Mixes => _mixing.Length > 0;

    public void RenderPlain(int sample, Span<float> target) => RenderThrough(AffineMap.Identity, sample, target);

    public void RenderThrough(AffineMap view, int sample, Span<float> target) => _warp.Apply(_samples.Image(sample), view, target);

    public void RenderAugmented(int epoch, int sample, Span<float> target)
    {
        var rng = Rng.For(_seed, RngPurpose.Augmentation).Derive(epoch).Derive(sample);
        var map = _stretch;
        foreach (var (stream, augmentation) in _geometric)
            map = map.Then(augmentation.Draw(rng.Derive(stream), _samples.Shape));
        _mover.Apply(_magnified.Image(sample), map, target);
        if (_byte.Length > 0)
        {
            for (var i = 0; i < _bytes.Length; i++)
                _bytes[i] = (byte)(target[i] + 0.5f);
            foreach (var (stream, augmentation) in _byte)
                augmentation.Apply(rng.Derive(stream), _samples.Shape, _bytes, _fill);
            _warp.Apply(_bytes, AffineMap.Identity, target);
        }

        foreach (var (stream, augmentation) in _pixel)
            augmentation.Apply(rng.Derive(stream), _samples.Shape, target);
    }

    /// <summary>
    /// Mixes a partner, augmented as it is itself in this epoch, into the sample's augmented image; returns the partner's label and the first label's share.
    /// </summary>
    public (int SecondLabel, float Weight) Mix(int epoch, int sample, Span<float> target)
    {
        var rng = Rng.For(_seed, RngPurpose.Mixing).Derive(epoch).Derive(sample);
        var draw = rng.Derive(AugmentationOptions.PartnerStream);
        var partner = _indices[draw.Int(0, _indices.Count)];
        RenderAugmented(epoch, partner, _other);
        var (stream, mixing) = _mixing[draw.Int(1, _mixing.Length)];
        var weight = mixing.Mix(rng.Derive(stream), _samples.Shape, target, _other);
        return (_samples.Label(partner), weight);
    }
}
