namespace Weft.Training;

/// <summary>
/// Where pixel (x, y) of a new image comes from in the old one: (Xx·x + Xy·y + X0, Yx·x + Yy·y + Y0). Pixel centres lie on integers, y points down.
/// </summary>
public readonly record struct AffineMap(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    public static AffineMap Identity { get; } = new(1, 0, 0, 0, 1, 0);

    /// <summary>Moves the image right and down.</summary>
    public static AffineMap Translation(double right, double down) => new(1, 0, -right, 0, 1, -down);

    /// <summary>Turns the image counter-clockwise about its centre.</summary>
    public static AffineMap Rotation(double degrees, FeatureShape shape)
    {
        var (sine, cosine) = Math.SinCos(degrees * (Math.PI / 180));
        var centreX = (shape.Width - 1) / 2.0;
        var centreY = (shape.Height - 1) / 2.0;
        return new AffineMap(
            cosine, -sine, centreX - cosine * centreX + sine * centreY,
            sine, cosine, centreY - sine * centreX - cosine * centreY);
    }

    public static AffineMap HorizontalFlip(FeatureShape shape) => new(-1, 0, shape.Width - 1, 0, 1, 0);

    /// <summary>Whether every pixel is moved as it is: rows stay rows, forwards or backwards, and steps are whole pixels.</summary>
    public bool MovesWholePixels => Math.Abs(Xx) == 1 && Xy == 0 && Yx == 0 && Math.Abs(Yy) == 1 && Math.Floor(X0) == X0 && Math.Floor(Y0) == Y0;

    /// <summary>The effect of this map and then <paramref name="next"/>.</summary>
    public AffineMap Then(AffineMap next) => new(
        Xx * next.Xx + Xy * next.Yx, Xx * next.Xy + Xy * next.Yy, Xx * next.X0 + Xy * next.Y0 + X0,
        Yx * next.Xx + Yy * next.Yx, Yx * next.Xy + Yy * next.Yy, Yx * next.X0 + Yy * next.Y0 + Y0);
}
