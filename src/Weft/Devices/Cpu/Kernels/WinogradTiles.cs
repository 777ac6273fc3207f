using static Weft.Kernels.WinogradPoints;

namespace Weft.Kernels;

/// <summary>One tile of an image.</summary>
/// <param name="Position">Its place among the tiles of its group.</param>
/// <param name="Y">Row of its first output.</param>
/// <param name="X">Column of its first output.</param>
internal readonly record struct WinogradTile(int Position, int Y, int X, TileSize Size);

/// <summary>
/// How an output of a given size is cut into tiles of four by four (under a kernel of five taps of two by two), with shorter ones at the lower and the right
/// edge, and where the tiles of a group of images lie: first those of the right edge, then the whole ones, those of the lower edge and the corners. So the
/// tiles that use one product, whichever it is, lie one after the other, and each product is one matrix product over exactly its tiles.
/// </summary>
internal readonly struct WinogradTiles(int height, int width, int taps)
{
    private readonly int _length = WholeLength(taps);
    private readonly int _wholeY = height / WholeLength(taps);
    private readonly int _wholeX = width / WholeLength(taps);
    private readonly int _restY = height % WholeLength(taps);
    private readonly int _restX = width % WholeLength(taps);

    /// <summary>Outputs of a whole tile along an axis.</summary>
    public int Length => _length;

    public int PerImage => (_wholeY + (_restY > 0 ? 1 : 0)) * (_wholeX + (_restX > 0 ? 1 : 0));

    /// <summary>Multiplications of one input channel with one output channel for an image.</summary>
    public int ProductsPerImage
    {
        get
        {
            var sum = 0;
            for (var product = 0; product < Products; product++)
            {
                var (first, end) = Range(product, 1);
                sum += end - first;
            }

            return sum;
        }
    }

    // Outputs of a whole tile along an axis.
    private static int WholeLength(int taps) => Inputs + 1 - taps;

    private int Right => _restX > 0 ? _wholeY : 0;

    private int Whole => _wholeY * _wholeX;

    private int Lower => _restY > 0 ? _wholeX : 0;

    private int Corner => _restY > 0 && _restX > 0 ? 1 : 0;

    /// <summary>Tile <paramref name="index"/> of image <paramref name="place"/> in a group of <paramref name="images"/>.</summary>
    public WinogradTile Tile(int index, int place, int images)
    {
        if (index < Whole)
        {
            var (y, x) = Math.DivRem(index, _wholeX);
            return new(images * Right + place * Whole + index, y * _length, x * _length, new(_length, _length, taps));
        }

        index -= Whole;
        if (index < Right)
            return new(place * Right + index, index * _length, _wholeX * _length, new(_length, _restX, taps));
        index -= Right;
        if (index < Lower)
            return new(images * (Right + Whole) + place * Lower + index, _wholeY * _length, index * _length, new(_restY, _length, taps));
        return new(images * (Right + Whole + Lower) + place, _wholeY * _length, _wholeX * _length, new(_restY, _restX, taps));
    }

    /// <summary>The tiles of a group that use a product: from first up to, not including, end.</summary>
    public (int First, int End) Range(int product, int images)
    {
        var (pointY, pointX) = Math.DivRem(product, Inputs);
        var inRight = _restX > 0 && WinogradAxis.Points(_restX + taps - 1).Contains((byte)pointX);
        var inLower = _restY > 0 && WinogradAxis.Points(_restY + taps - 1).Contains((byte)pointY);
        var end = Right + Whole + (inLower ? Lower : 0) + (inLower && inRight ? Corner : 0);
        return (inRight ? 0 : images * Right, images * end);
    }
}
