namespace Weft;

/// <summary>The shape of one sample between two layers: height, width and channels. A flat vector of <c>n</c> features is <c>1 × 1 × n</c>.</summary>
public readonly record struct FeatureShape(int Height, int Width, int Channels)
{
    public static FeatureShape Flat(int features) => new(1, 1, features);

    public bool IsFlat => Height == 1 && Width == 1;

    public int Pixels => Height * Width;

    public int Length => Height * Width * Channels;

    public override string ToString() => IsFlat ? $"{Channels}" : $"{Height}x{Width}x{Channels}";
}
