namespace Weft.Training;

/// <summary>
/// Turns samples into normalized, augmented images; the result depends on (seed, epoch, sample) and nothing else. Holds scratch: one caller at a time.
/// </summary>
internal sealed class SampleRenderer
{
    private readonly ImageSamples _samples;
    private readonly IReadOnlyList<int> _indices;
    private readonly ImageWarp _warp;
    private readonly (RandomStream Stream, GeometricAugmentation Augmentation)[] _geometric;
    private readonly RandomErasing? _erasing;
    private readonly MixingAugmentation[] _mixing;
    private readonly long _seed;
    private readonly float[] _other;

    /// <param name="indices">The split part, from which partners for mixing come.</param>
    public SampleRenderer(ImageSamples samples, IReadOnlyList<int> indices, DatasetStatistics statistics, AugmentationOptions options, long seed)
    {
        _samples = samples;
        _indices = indices;
        _warp = new ImageWarp(samples.Shape, statistics);
        _geometric = [.. options.CreateGeometric()];
        _erasing = options.RandomErasing > 0 ? options.CreateRandomErasing() : null;
        _mixing = [.. options.CreateMixing()];
        _seed = seed;
        _other = new float[samples.Shape.Length];
    }

    public bool Mixes => _mixing.Length > 0;

    public void RenderPlain(int sample, Span<float> target) => RenderThrough(AffineMap.Identity, sample, target);

    public void RenderThrough(AffineMap view, int sample, Span<float> target) => _warp.Apply(_samples.Image(sample), view, target);

    public void RenderAugmented(int epoch, int sample, Span<float> target)
    {
        var rng = Rng.For(_seed, RngPurpose.Augmentation).Derive(epoch).Derive(sample);
        var map = AffineMap.Identity;
        foreach (var (stream, augmentation) in _geometric)
            map = map.Then(augmentation.Draw(rng.Derive((ulong)stream), _samples.Shape));
        _warp.Apply(_samples.Image(sample), map, target);
        _erasing?.Apply(rng.Derive((ulong)RandomStream.RandomErasing), _samples.Shape, target);
    }

    /// <summary>Mixes a partner, augmented as it is itself in this epoch, into the sample's augmented image; returns the partner's label and the first label's share.</summary>
    public (int SecondLabel, float Weight) Mix(int epoch, int sample, Span<float> target)
    {
        var rng = Rng.For(_seed, RngPurpose.Mixing).Derive(epoch).Derive(sample);
        var draw = rng.Derive((ulong)RandomStream.Partner);
        var partner = _indices[draw.Int(0, _indices.Count)];
        RenderAugmented(epoch, partner, _other);
        var weight = _mixing[draw.Int(1, _mixing.Length)].Mix(rng.Derive((ulong)RandomStream.Mix), _samples.Shape, target, _other);
        return (_samples.Label(partner), weight);
    }
}
