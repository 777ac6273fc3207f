namespace Weft;

/// <summary>Rows and columns: of a kernel, of a stride or of a dilation. A single number stands for both.</summary>
public readonly record struct Size2d(int Height, int Width)
{
    public static implicit operator Size2d(int both) => new(both, both);

    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Whether both are at least 1.</summary>
    public bool IsPositive => Height >= 1 && Width >= 1;

    /// <summary>"3" of a square, "1x7" of another.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
