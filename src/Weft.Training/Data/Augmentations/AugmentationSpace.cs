namespace Weft.Training;

/// <summary>
/// The fourteen operations that <see cref="TrivialAugment"/> and <see cref="RandAugment"/> draw from, and how far each of them goes at full strength.
/// </summary>
/// <param name="Shear">Pixels to the side for each pixel down, or down for each to the side.</param>
/// <param name="Translation">Pixels that a picture of a given length is moved.</param>
/// <param name="Degrees">How far it is turned.</param>
/// <param name="Enhancement">How much brightness, saturation, contrast and sharpness differ from 1.</param>
/// <param name="Bits">How many of the eight bits are lost.</param>
internal sealed record AugmentationSpace(double Shear, Func<int, double> Translation, double Degrees, double Enhancement, int Bits)
{
    public const int Operations = 14;

    /// <param name="operation">Below <see cref="Operations"/>; the first one changes nothing.</param>
    /// <param name="strength">From 0 to 1.</param>
    /// <param name="sign">1 or −1, for operations that go both ways.</param>
    public void Apply(int operation, double strength, int sign, FeatureShape shape, Span<byte> image, ReadOnlySpan<byte> fill)
    {
        var (shear, factor) = (sign * strength * Shear, 1 + sign * strength * Enhancement);
        switch (operation)
        {
            case 1: PictureOperations.Move(shape, image, new AffineMap(1, shear, shear / 2, 0, 1, 0), fill); break;
            case 2: PictureOperations.Move(shape, image, new AffineMap(1, 0, 0, shear, 1, shear / 2), fill); break;
            case 3: PictureOperations.Move(shape, image, AffineMap.Translation(sign * (int)(strength * Translation(shape.Width)), 0), fill); break;
            case 4: PictureOperations.Move(shape, image, AffineMap.Translation(0, sign * (int)(strength * Translation(shape.Height))), fill); break;
            case 5: PictureOperations.Move(shape, image, AffineMap.Rotation(sign * strength * Degrees, shape), fill); break;
            case 6: PictureOperations.Brightness(image, factor); break;
            case 7: PictureOperations.Saturation(shape, image, factor); break;
            case 8: PictureOperations.Contrast(shape, image, factor); break;
            case 9: PictureOperations.Sharpness(shape, image, factor); break;
            case 10: PictureOperations.Posterize(image, 8 - (int)Math.Round(strength * Bits)); break;
            case 11: PictureOperations.Solarize(image, 255 * (1 - strength)); break;
            case 12: PictureOperations.AutoContrast(shape, image); break;
            case 13: PictureOperations.Equalize(shape, image); break;
        }
    }
}
