using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Replaces a rectangle by the same rectangle of another sample; the labels are weighted by area. The rectangle's share of the image is 1 − λ before it
/// is clipped at the edges, λ ~ Beta(α, α) (Yun et al. 2019, "CutMix"). Changed: drawn for each sample, not for each batch.
/// </summary>
[RandomStream(7, Order = 1)]
public sealed record Cutmix([property: Description("Alpha of cutmix; 0 is off."), Range(0.0, 10.0)] double Alpha = 0) : MixingAugmentation
{
    public override bool IsOn => Alpha != 0;

    public override float Mix(Rng rng, FeatureShape shape, Span<float> image, ReadOnlySpan<float> other)
    {
        var side = Math.Sqrt(1 - Distributions.SymmetricBeta(rng, Alpha));
        var place = rng.Derive(0x626F78UL);
        var (top, bottom) = Clip(place.Int(0, shape.Height), side * shape.Height, shape.Height);
        var (left, right) = Clip(place.Int(1, shape.Width), side * shape.Width, shape.Width);
        for (var y = top; y < bottom; y++)
        {
            var start = (y * shape.Width + left) * shape.Channels;
            var length = (right - left) * shape.Channels;
            other.Slice(start, length).CopyTo(image.Slice(start, length));
        }

        return 1 - (bottom - top) * (right - left) / (float)shape.Pixels;
    }

    private static (int Start, int End) Clip(int centre, double length, int limit)
    {
        var start = centre - (int)(length / 2);
        return (Math.Max(start, 0), Math.Min(start + (int)length, limit));
    }
}
