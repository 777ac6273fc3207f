namespace Weft;

/// <summary>Rows and columns that a window sees outside of an image, in the order of ONNX's <c>pads</c>. A single number stands for all four sides.</summary>
public readonly record struct Padding2d(int Top, int Left, int Bottom, int Right)
{
    public static implicit operator Padding2d(int all) => new(all, all, all, all);

    /// <summary>As PyTorch writes it: the first above and below, the second left and right.</summary>
    public static implicit operator Padding2d((int Vertical, int Horizontal) padding) =>
        new(padding.Vertical, padding.Horizontal, padding.Vertical, padding.Horizontal);

    /// <summary>Whether opposite sides are alike, as PyTorch's layers have them.</summary>
    public bool IsSymmetric => Top == Bottom && Left == Right;

    /// <summary>Whether all sides are alike.</summary>
    public bool IsUniform => IsSymmetric && Top == Left;

    /// <summary>Whether every side is at least 0.</summary>
    public bool IsValid => Top >= 0 && Left >= 0 && Bottom >= 0 && Right >= 0;

    /// <summary>Whether no side is more than half of <paramref name="kernel"/>: then no window lies outside of the image.</summary>
    public bool IsAtMostHalf(Size2d kernel) => 2L * Math.Max(Top, Bottom) <= kernel.Height && 2L * Math.Max(Left, Right) <= kernel.Width;

    /// <summary>"1" where all sides are alike, "0x3" where opposite ones are, else the four in order.</summary>
    public override string ToString() => IsUniform ? $"{Top}" : IsSymmetric ? $"{Top}x{Left}" : $"{Top}, {Left}, {Bottom}, {Right}";
}
