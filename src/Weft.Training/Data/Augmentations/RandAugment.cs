using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Weft.Training;

/// <summary>
/// Several operations one after the other, each drawn from the fourteen of <see cref="TrivialAugment"/>, all at one strength and to either side: torchvision's
/// <c>RandAugment</c>. Changed: pixels are interpolated (there the nearest is taken).
/// </summary>
/// <remarks>Cubuk, Zoph, Shlens and Le, "RandAugment: practical automated data augmentation with a reduced search space", NeurIPS 2020.</remarks>
[RandomStream(13, Order = 1)]
public sealed record RandAugment(
    [property: Description("Operations out of fourteen that change each picture; 0 is off, 2 is usual."), Range(0, 14)] int Operations = 0) : ByteAugmentation
{
    private const int Strongest = 30;

    private static readonly AugmentationSpace Space = new(0.3, length => 150.0 / 331 * length, 30, 0.9, 4);

    [Description("How strong each of them is."), Range(0, Strongest)]
    public int Magnitude { get; init; } = 9;

    public override bool IsOn => Operations != 0;

    public override void Apply(Rng rng, FeatureShape shape, Span<byte> image, ReadOnlySpan<byte> fill)
    {
        for (var i = 0; i < Operations; i++)
        {
            var draw = rng.Derive(i);
            Space.Apply(draw.Int(0, AugmentationSpace.Operations), (double)Magnitude / Strongest, 1 - 2 * draw.Int(1, 2), shape, image, fill);
        }
    }
}
