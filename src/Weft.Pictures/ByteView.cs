namespace Weft.Pictures;

/// <summary>Reads numbers at places of a file; a place outside means that the file ends early.</summary>
internal readonly ref struct ByteView(ReadOnlySpan<byte> bytes, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int this[long at] => (int)Number(at, 1);

    public uint U16(long at) => Number(at, 2);

    public uint U24(long at) => Number(at, 3);

    public uint U32(long at) => Number(at, 4);

    public bool Has(long at, long count) => at >= 0 && count >= 0 && at <= _bytes.Length - count;

    /// <summary>Whether an ASCII text stands at a place.</summary>
    public bool Says(long at, string text)
    {
        if (!Has(at, text.Length))
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (_bytes[(int)at + i] != text[i])
                return false;
        }
        return true;
    }

    /// <summary>The bytes that are there of a piece.</summary>
    public ReadOnlySpan<byte> Piece(long at, long count) =>
        at >= _bytes.Length ? [] : _bytes.Slice((int)at, (int)Math.Min(count, _bytes.Length - at));

    private uint Number(long at, int count)
    {
        if (!Has(at, count))
            throw PictureException.EndsEarly();
        var number = 0u;
        for (var i = 0; i < count; i++)
            number = (number << 8) | _bytes[(int)at + (bigEndian ? i : count - 1 - i)];
        return number;
    }
}
